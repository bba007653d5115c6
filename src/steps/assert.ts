import { renderCommand } from "../transport/shell.ts";
import { ask } from "./ask.ts";
import type { Act, StepContext } from "./context.ts";
import type { HostCommand } from "./resources.ts";
import type { StepKind } from "./step-kind.ts";

/** A read-only question to one host. Without `expect` it only tells. */
export interface AssertSpec {
  readonly on: HostCommand;
  readonly expect: string | undefined;
  readonly title: string;
}

/** `assert`: what must hold before anything is changed. */
export const assert: StepKind<AssertSpec> = {
  name: "assert",
  mutates: false,
  describe: (step) => [
    renderCommand(step.on.command),
    ...(step.expect === undefined ? [] : [`must say: ${step.expect}`]),
  ],
  apply: async (step, context): Promise<Act> => {
    const answer = await ask(step.on, context);
    if (!answer.ok) return { outcome: "not-met", detail: answer.reason };
    if (step.expect === undefined) return tell(step, answer.lines, context);
    const said = answer.lines.at(-1)?.trim() ?? "";
    if (said === step.expect) return { outcome: "succeeded", detail: said };
    return {
      outcome: "not-met",
      detail: `${step.on.host}: ${said || "said nothing"}, wanted ${step.expect}`,
    };
  },
};

async function tell(
  step: AssertSpec,
  lines: readonly string[],
  context: StepContext,
): Promise<Act> {
  await context.observe(
    { kind: "output", title: step.title, host: step.on.host, lines: lines.slice(0, 200) },
    step.on.host,
  );
  return { outcome: "succeeded", detail: lines.length === 0 ? "nothing" : `${lines.length} lines` };
}
