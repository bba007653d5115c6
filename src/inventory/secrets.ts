import { nearest } from "../config/nearest.ts";
import type { Problem } from "../config/problem.ts";
import type { Runbook } from "../runbook/schema.ts";

/** Holds the names of given secrets against the runbook's declarations; values are never looked at but for being empty. */
export function secretProblems(
  runbook: Runbook,
  secrets: Readonly<Record<string, string>>,
): readonly Problem[] {
  const declared = Object.keys(runbook.secrets);
  const unknown = Object.keys(secrets)
    .filter((name) => !declared.includes(name))
    .map((name): Problem => {
      const suggestion = nearest(name, declared);
      const message = `the runbook declares no secret \`${name}\``;
      return {
        path: "input secrets",
        message,
        ...(suggestion === undefined ? {} : { suggestion }),
      };
    });
  const missing = declared
    .filter((name) => runbook.secrets[name]?.optional !== true && (secrets[name] ?? "") === "")
    .map((name): Problem => ({
      path: "input secrets",
      message: `secret \`${name}\` is needed: ${purpose(runbook, name)}`,
    }));
  return [...unknown, ...missing];
}

function purpose(runbook: Runbook, name: string): string {
  return (
    runbook.secrets[name]?.description ??
    "add it to the environment's secrets and to the action's input `secrets`"
  );
}
