import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { nearest } from "../config/nearest.ts";
import { throwIfAny } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { namedGroups } from "./regex-groups.ts";
import { failuresSchema } from "./schema.ts";
import type { FailureRule } from "./schema.ts";

/** Loads the rules that name failures in a log; a rule whose object cannot be read from its match is refused. */
export function loadFailureRules(file: string): readonly FailureRule[] {
  const source = loadYaml(file);
  const rules = checkShape(failuresSchema, source);
  throwIfAny(rules.flatMap((rule, index) => objectProblems(rule, source, index)));
  return rules;
}

function objectProblems(rule: FailureRule, source: Source, index: number): Problem[] {
  const groups = namedGroups(rule.match);
  const used = [...(rule.object ?? "").matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name ?? "");
  if (rule.object !== undefined && used.length === 0) {
    return [problemAt(source, [index, "object"], "names no group of `match`; write ${group}")];
  }
  return used
    .filter((name) => !groups.includes(name))
    .map((name) =>
      problemAt(
        source,
        [index, "object"],
        `\`match\` has no group \`${name}\``,
        nearest(name, groups),
      ),
    );
}
