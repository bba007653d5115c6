import { ChefError } from "../chef/chef-error.ts";
import { readClientKey } from "../chef/client-key.ts";
import type { Problem } from "../config/problem.ts";
import type { Plan, PlannedPhase } from "../plan/plan.ts";

/**
 * Keys that were given and cannot sign, told before anything is connected: a phase shall not find it out in mid-downtime.
 * What is dispatched on its own goes on without one, and so does the phase that ends the downtime.
 */
export function signerKeyProblems(
  { resources }: Pick<Plan, "resources">,
  { dispatched, steps }: Pick<PlannedPhase, "dispatched" | "steps">,
  secrets: Readonly<Record<string, string>>,
): readonly Problem[] {
  if (dispatched !== undefined || steps.some(({ downtime }) => downtime === "ends")) return [];
  return Object.values(resources.signers).flatMap(({ client, key }) => {
    const given = secrets[key] ?? "";
    const problem = given === "" ? undefined : whyNoKey(given, client);
    return problem === undefined
      ? []
      : [{ path: "input secrets", message: `secret \`${key}\`: ${problem}` }];
  });
}

function whyNoKey(key: string, client: string): string | undefined {
  try {
    readClientKey(key, client);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    return `${error.message}; ${error.next}`;
  }
}
