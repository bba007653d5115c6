import { compareSides, describeRows, type SideName } from "./compare.ts";
import type { Act, StepContext } from "./context.ts";
import type { StepKind } from "./step-kind.ts";
import { judge, type Verdict } from "./verdict.ts";

/** What must agree, and whether a verdict is given on it. */
export interface ReconcileSpec {
  readonly of: readonly string[];
  readonly between: readonly SideName[];
  readonly verdict: boolean;
}

/** `reconcile`: by number where a side can only count, by name where both can name. */
export const reconcile: StepKind<ReconcileSpec> = {
  name: "reconcile",
  mutates: false,
  describe: (step) => [
    `${step.between.join(" = ")} for ${step.of.join(", ")}`,
    ...(step.verdict ? ["and every failure class within the baseline: the verdict"] : []),
  ],
  apply: async (step, context): Promise<Act> => {
    const compared = await compareSides(step.of, step.between, context);
    if (!compared.ok) return { outcome: "not-met", detail: compared.reason };
    await context.observe({ kind: "reconciled", rows: [...compared.rows] });
    if (step.verdict) return giveVerdict(judge(compared, context), context);
    const ok = compared.rows.every((row) => row.ok);
    return { outcome: ok ? "succeeded" : "not-met", detail: describeRows(compared.rows) };
  },
};

async function giveVerdict(verdict: Verdict, context: StepContext): Promise<Act> {
  await context.conclude(verdict);
  if (verdict.good) return { outcome: "succeeded", detail: describeRows(verdict.rows) };
  return {
    outcome: "not-met",
    detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
    next: "resolve what the verdict names, or accept it in a reviewed change of the baseline, then run this phase again; or dispatch the rollback",
  };
}
