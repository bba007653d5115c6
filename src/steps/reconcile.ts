import { compareSides, describeRows, type Compared, type SideName } from "./compare.ts";
import type { Act, StepContext } from "./context.ts";
import { readUnread } from "./read-unread.ts";
import { siftLosses } from "./losses.ts";
import { observeDifferences, observeJudged } from "./observe-judged.ts";
import type { StepKind } from "./step-kind.ts";
import { judge } from "./verdict.ts";
import { sayNext } from "./verdict-next.ts";

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
    if (step.verdict) await readUnread(context);
    const compared = await compareSides(step.of, step.between, context);
    if (!compared.ok) return { outcome: "not-met", detail: compared.reason };
    await context.observe({ kind: "reconciled", rows: [...compared.rows] });
    await observeDifferences(compared.accounts, context);
    if (step.verdict) return giveVerdict(compared, context);
    const ok = compared.rows.every((row) => row.ok);
    return { outcome: ok ? "succeeded" : "not-met", detail: describeRows(compared.rows) };
  },
};

async function giveVerdict(
  compared: Extract<Compared, { ok: true }>,
  context: StepContext,
): Promise<Act> {
  const sifted = await siftLosses(compared.accounts, context);
  if (!sifted.ok) return { outcome: "not-met", detail: sifted.reason };
  await observeJudged(sifted.accounts, context);
  const verdict = judge({ ...compared, accounts: sifted.accounts }, context);
  await context.conclude(verdict);
  if (verdict.good) return { outcome: "succeeded", detail: describeRows(verdict.rows) };
  return {
    outcome: "not-met",
    detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
    next: sayNext(verdict.reasons, verdict.next),
  };
}
