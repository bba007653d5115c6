import { workflowText } from "./file.ts";
import type { Source } from "./given.ts";
import { dispatch, textInput } from "./inputs.ts";
import { jobText, permissions } from "./job.ts";

/** The workflow by which a person rules on what nobody can know. */
export function resolveText({ runbook, file }: Source, name: string): string {
  const budget = runbook.downtime !== undefined;
  const orBudget = budget ? " Or a person's decision that the downtime may take longer." : "";
  return workflowText({
    file,
    about: `A person's ruling on a step whose end nobody can know: nothing proceeds past it until somebody has looked and says whether it was done.${orBudget} In no concurrency group: the run that it frees may be waiting.`,
    name,
    runName: `${name} \${{ inputs.step }} in \${{ inputs.environment }} as \${{ inputs.ruling }}`,
    on: dispatch({
      file,
      own: [
        textInput(
          "step",
          `Id of the step, as the summary names it${budget ? "; `downtime` for its budget" : ""}.`,
          true,
        ),
        textInput(
          "ruling",
          `What was found out about it, done or not-done${budget ? "; or the downtime's new budget in all, such as budget=3h" : ""}.`,
          true,
        ),
        textInput("reason", "How that is known; kept in the journal.", true),
      ],
    }),
    jobs: [
      jobText({
        id: "resolve",
        title: "Record the ruling",
        environment: "${{ inputs.environment }}",
        minutes: 30,
        permissions: permissions("contents: read"),
        last: `\
step: \${{ inputs.step }}
ruling: \${{ inputs.ruling }}
reason: \${{ inputs.reason }}`,
      }),
    ],
  });
}
