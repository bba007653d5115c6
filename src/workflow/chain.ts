import type { Phase } from "../runbook/schema.ts";
import { evidenceJob } from "./evidence-job.ts";
import { workflowText } from "./file.ts";
import { given, titleOf } from "./given.ts";
import type { Source } from "./given.ts";
import { dispatch, neededInputs, textInput } from "./inputs.ts";
import { jobText, permissions } from "./job.ts";
import { minutesOf } from "./minutes.ts";
import { needsOf } from "./needs.ts";
import { comment, join, oneLine, spoken } from "./quote.ts";

/** Hosted runners of GitHub end a job after this many minutes. */
const hostedMinutes = 360;

/** The workflow of the chain: the plan, one job a phase, the evidence. */
export function chainText({ runbook, file }: Source): string {
  const phases = runbook.phases.filter(({ dispatched }) => dispatched === undefined);
  const ids = phases.map(({ id }) => id);
  return workflowText({
    file,
    about: `${oneLine(runbook.title)}: a plan that needs no secrets, then one job a phase. Each phase job names the environment, so GitHub keeps that environment's secrets until its reviewers approve; what they approve stands in the summary of the job before.`,
    name: spoken(runbook.name),
    runName: `${spoken(runbook.name)} in \${{ inputs.environment }}`,
    on: dispatch({
      file,
      own: [neededInputs(needsOf(phases), "Rows that may be lost")],
      last: textInput(
        "reason",
        "Why this run takes over a round that another run owns. Empty = it does not.",
      ),
    }),
    group: {
      name: runbook.name,
      comment:
        "A second dispatch waits here; it is the lease on the journal host that decides who may act.",
    },
    jobs: [
      planJob,
      ...phases.map((phase, index) =>
        phaseJob(phase, ids.slice(0, index).at(-1), { runbook, file }),
      ),
      evidenceJob(["plan", ...ids]),
    ],
  });
}

const planJob = jobText({
  id: "plan",
  title: "Plan",
  minutes: 15,
  permissions: permissions("contents: read"),
  outputs: "plan-digest: ${{ steps.phase.outputs.plan-digest }}",
});

function phaseJob(phase: Phase, before: string | undefined, { runbook }: Source): string {
  const opens = phase.round === "opens";
  const minutes = minutesOf(phase, runbook);
  return jobText({
    id: phase.id,
    title: titleOf(phase),
    comment: opens ? openingComment : minutes > hostedMinutes ? longComment : undefined,
    needs: ["plan", ...(before === undefined ? [] : [before])],
    environment: "${{ inputs.environment }}",
    minutes,
    permissions: permissions(
      "actions: read",
      "contents: read",
      ...(opens ? ["statuses: write"] : []),
    ),
    first: opens ? "reason: ${{ inputs.reason }}" : undefined,
    last: join("plan-digest: ${{ needs.plan.outputs.plan-digest }}", given(needsOf([phase]))),
  });
}

const openingComment = comment(
  "Here and in every phase job, actions: read tells who approved the run; in this one it also tells how the environment is protected, without which a protected one is refused, and what another environment proved. statuses: write says that a round begins: older evidence is no longer the newest.",
);

const longComment = comment(
  "GitHub's own runners end a job after 6 hours; a longer phase wants a runner of yours. A job that ended early loses nothing: re-run it and it follows what went on meanwhile.",
);
