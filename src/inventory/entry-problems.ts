import { problemAt } from "../config/check-shape.ts";
import { nearest } from "../config/nearest.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { referencesIn } from "../config/template.ts";
import type { Mention } from "../runbook/mentions.ts";
import { namedGroups } from "../runbook/regex-groups.ts";
import type { Runbook } from "../runbook/schema.ts";
import { substitute, type Variables } from "./variables.ts";
import { errorText } from "../config/error-text.ts";

/** A log's entry whose text is in a variable: only now is it known whether it is a regular expression with the groups that steps look at. */
export function entryProblems(
  runbook: Runbook,
  mentions: readonly Mention[],
  variables: Variables,
  source: Source,
): readonly Problem[] {
  return Object.entries(runbook.logs).flatMap(([log, { entry }]) => {
    const filled = filledIn(entry, variables);
    if (filled === undefined) return [];
    const path = ["logs", log, "entry"];
    try {
      const groups = namedGroups(filled);
      return mentions.flatMap((mention) => {
        if (mention.kind !== "group" || mention.of !== log || groups.includes(mention.value))
          return [];
        const message = `\`${entry}\` has no group \`${mention.value}\`, which ${mention.path.join("/")} looks at`;
        return [problemAt(source, path, message, nearest(mention.value, groups))];
      });
    } catch (error) {
      const why = errorText(error);
      return [problemAt(source, path, `\`${entry}\` is not a regular expression: ${why}`)];
    }
  });
}

/** Nothing where nothing is to be filled in, or where a variable has no value, which is told elsewhere. */
function filledIn(entry: string, variables: Variables): string | undefined {
  if (referencesIn(entry).length === 0) return undefined;
  try {
    return substitute(entry, variables);
  } catch {
    return undefined;
  }
}
