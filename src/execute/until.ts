import type { PlannedStep } from "../plan/plan.ts";
import { bindRound } from "../plan/resolve.ts";
import { kindOf } from "../steps/index.ts";
import { Abandonable } from "./abandon.ts";
import type { PhaseRun } from "./run-step.ts";
import { stepContext } from "./step-context.ts";

/**
 * Whether the step that ends another one's need is done. Its check decides; where that cannot tell, the journal does.
 * In the chain it must also have been done in this round, since what stands from before is not this round's work.
 */
export async function runCheckOf(run: PhaseRun, target: PlannedStep): Promise<boolean> {
  const { phase, surroundings } = run;
  const journaled = run.state().step(phase.id, target.id).done;
  if (!journaled && phase.dispatched === undefined) return false;
  const [planned] = target.units;
  if (planned === undefined) return journaled;
  const unit = bindRound(planned.unit, surroundings.round);
  const abandonable = new Abandonable();
  const context = stepContext(surroundings, {
    step: target.id,
    host: planned.host,
    observe: async (observation) => {
      abandonable.check();
      await run.append({ step: target.id }, { type: "observed", observation });
    },
    conclude: () => Promise.resolve(),
  });
  const checking = Promise.resolve(kindOf(unit).check?.(unit.spec, context));
  const check = await abandonable.run(checking, surroundings.signal);
  if (check === undefined || check.state === "cannot-tell") return journaled;
  return check.state === "done";
}
