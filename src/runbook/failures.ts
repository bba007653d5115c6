import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { nearest } from "../config/nearest.ts";
import { throwIfAny } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import { namedGroups } from "./regex-groups.ts";
import { failuresSchema } from "./schema.ts";
import type { FailureRule } from "./schema.ts";

/** Loads the rules that name failures in a log; a rule whose object cannot be read from its match is refused. */
export function loadFailureRules(
  file: string,
  references?: readonly string[],
): readonly FailureRule[] {
  const source = loadYaml(file);
  const rules = checkShape(failuresSchema, source);
  throwIfAny(
    rules.flatMap((rule, index) => [
      ...objectProblems(rule, source, index),
      ...benignProblems(rule, source, [index, "benign-unless"], references),
    ]),
  );
  return rules;
}

/** What a failure refers to has to be read from its match, and the runbook has to know how to ask for it. */
function benignProblems(
  { match, benignUnless, ...rule }: FailureRule,
  source: Source,
  path: Path,
  references: readonly string[] | undefined,
): Problem[] {
  if (benignUnless === undefined) return [];
  const groups = namedGroups(match);
  const at = [...path, "at-source"];
  const problems = Object.entries(benignUnless.atSource).flatMap(([group, reference]) => [
    ...(groups.includes(group)
      ? []
      : [
          problemAt(
            source,
            [...at, group],
            `\`match\` has no group \`${group}\``,
            nearest(group, groups),
          ),
        ]),
    ...(references === undefined || references.includes(reference)
      ? []
      : [
          problemAt(
            source,
            [...at, group],
            `the runbook declares no \`references\` of the name \`${reference}\``,
            nearest(reference, references),
          ),
        ]),
  ]);
  if (benignUnless.class === rule.class)
    problems.push(problemAt(source, [...path, "class"], "needs a class of its own"));
  if (benignUnless.reason !== undefined && rule.reason === undefined)
    problems.push(problemAt(source, [...path, "reason"], "the rule reads no `reason`"));
  return problems;
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
