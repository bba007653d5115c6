import { problemAt } from "../config/check-shape.ts";
import { nearest } from "../config/nearest.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { referencesIn } from "../config/template.ts";
import { parsePattern } from "../erlang/pattern.ts";
import { classesOf } from "./failure-rule.ts";
import { mentionsOf } from "./mentions.ts";
import type { Mention } from "./mentions.ts";
import { namedGroups } from "./regex-groups.ts";
import type { Runbook } from "./schema.ts";
import { errorText } from "../config/error-text.ts";

/** Variables that the engine itself sets. */
export const builtinVariables = ["round", "environment"] as const;

/** Inputs of the action that a step's `when` may look at. */
const conditionInputs = ["keep-503"];

/** Finds every name in a runbook that leads nowhere, and every text that is not what it has to be. */
export function checkReferences(
  runbook: Runbook,
  source: Source,
  rulesLoaded = true,
): readonly Problem[] {
  const names = declared(runbook, rulesLoaded);
  const reserved = Object.keys(runbook.vars)
    .filter((name) => builtinVariables.some((builtin) => builtin === name))
    .map((name) =>
      problemAt(source, ["vars", name], `\`${name}\` is set by the engine; choose another name`),
    );
  const declaredVars = Object.keys(runbook.vars);
  const strangers = runbook.perEnvironment.flatMap((name, index) =>
    declaredVars.includes(name)
      ? []
      : [
          problemAt(
            source,
            ["per-environment", index],
            `unknown variable \`${name}\`; declare it under \`vars\``,
            nearest(name, declaredVars),
          ),
        ],
  );
  return [
    ...reserved,
    ...strangers,
    ...[...mentionsOf(runbook)].flatMap((mention) => check(mention, names, source)),
  ];
}

type Names = ReturnType<typeof declared>;

function declared(runbook: Runbook, rulesLoaded: boolean) {
  return {
    lists: {
      console: Object.keys(runbook.consoles),
      log: Object.keys(runbook.logs),
      reading: Object.keys(runbook.readings),
      poll: Object.keys(runbook.polls),
      reconciliation: Object.keys(runbook.reconciliations),
      secret: Object.keys(runbook.secrets),
      class: rulesLoaded ? classesOf(runbook.failureRules) : undefined,
      input: conditionInputs,
      signer: Object.keys(runbook.signers),
    },
    variables: [...Object.keys(runbook.vars), ...builtinVariables],
    answers: (reading: string) => runbook.readings[reading]?.names,
    groups: (log: string) => {
      const entry = runbook.logs[log]?.entry;
      // What stands in a variable may come from an inventory, and is looked at with it.
      return entry === undefined || referencesIn(entry).length > 0 ? undefined : namedGroups(entry);
    },
  };
}

const nouns = {
  console: "console",
  log: "log",
  reading: "reading",
  poll: "poll",
  reconciliation: "reconciliation",
  secret: "secret",
  class: "failure class",
  input: "input",
  signer: "signer",
} as const;

function check(mention: Mention, names: Names, source: Source): readonly Problem[] {
  switch (mention.kind) {
    case "role":
    case "single-role":
      return [];
    case "pattern":
      return patternProblem(mention, source);
    case "template":
      return variableProblems(mention, names.variables, source);
    case "expression":
      return [...finalDot(mention, source), ...variableProblems(mention, names.variables, source)];
    case "shell":
      return pastedVariables(mention, names.variables, source);
    case "answer":
      return unknown(
        mention,
        names.answers(mention.of),
        `reading \`${mention.of}\` has no name`,
        source,
      );
    case "group":
      return unknown(
        mention,
        names.groups(mention.of),
        `an entry of log \`${mention.of}\` has no group`,
        source,
      );
    default:
      return unknown(mention, names.lists[mention.kind], `unknown ${nouns[mention.kind]}`, source);
  }
}

function unknown(
  { value, path, kind }: Mention,
  known: readonly string[] | undefined,
  message: string,
  source: Source,
): readonly Problem[] {
  if (known === undefined || known.includes(value)) return [];
  const suggestion = nearest(value, known);
  const list =
    suggestion === undefined && known.length > 0 ? `; there are ${known.join(", ")}` : "";
  const problem = problemAt(source, path, `${message} \`${value}\`${list}`, suggestion);
  const inKey = kind === "answer" || kind === "group";
  return [inKey ? { ...problem, position: source.at(path, "key") } : problem];
}

function patternProblem({ value, path }: Mention, source: Source): readonly Problem[] {
  try {
    parsePattern(value);
    return [];
  } catch (error) {
    const why = errorText(error).replace(/^not an Erlang term pattern: /, "");
    return [problemAt(source, path, `\`${value}\` is not a term pattern: ${why}`)];
  }
}

function variableProblems(
  { value, path }: Mention,
  known: readonly string[],
  source: Source,
): readonly Problem[] {
  if (value.replace(/\$\{[^}]*\}/g, "").includes("${")) {
    return [problemAt(source, path, "`${` without its closing `}`")];
  }
  return referencesIn(value)
    .filter((name) => !known.includes(name))
    .map((name) =>
      problemAt(
        source,
        path,
        `unknown variable \`${name}\`; declare it under \`vars\``,
        nearest(name, known),
      ),
    );
}

function finalDot({ value, path }: Mention, source: Source): readonly Problem[] {
  return value.trimEnd().endsWith(".")
    ? []
    : [problemAt(source, path, "the expression lacks its final dot")];
}

/** A declared variable in shell text would be an empty shell variable: values come through `env` only. */
function pastedVariables(
  { value, path, env }: Extract<Mention, { kind: "shell" }>,
  known: readonly string[],
  source: Source,
): readonly Problem[] {
  const pasted = known.filter(
    (name) =>
      referencesIn(value).includes(name) &&
      !env.includes(name) &&
      !new RegExp(`\\b${name}=`).test(value),
  );
  return pasted.map((name) => {
    const advice = `values reach a shell through \`env\`, such as { ${name.toUpperCase()}: "\${${name}}" }`;
    return problemAt(
      source,
      path,
      `shell text is sent as it stands, with \`\${${name}}\` empty; ${advice}`,
    );
  });
}
