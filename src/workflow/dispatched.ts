import type { Phase } from "../runbook/schema.ts";
import { evidenceJob } from "./evidence-job.ts";
import { workflowText } from "./file.ts";
import type { Workflow } from "./file.ts";
import { given, titleOf } from "./given.ts";
import type { Source } from "./given.ts";
import { approvalInput, dispatch, neededInputs, whyInput } from "./inputs.ts";
import { jobText, permissions } from "./job.ts";
import { minutesOf } from "./minutes.ts";
import { needsOf } from "./needs.ts";
import { comment, join } from "./quote.ts";

type Dispatched = NonNullable<Phase["dispatched"]>;

/** What is told of each way of being dispatched. */
const ways: Readonly<Record<Dispatched, Way>> = {
  rollback: {
    about:
      ", from every phase's state. One job and no concurrency group on purpose: a rollback must never wait behind a run of the chain that is parked at an approval, nor behind a plan.",
    where: "in",
    rows: "Rows written since reopening that may be lost",
    proves: true,
  },
  reset: {
    about: ", to test again or to start from scratch.",
    where: "of",
    rows: "Rows to delete",
    group:
      "Two resets of one environment follow each other; the chain and a rollback do not wait for them.",
  },
  restore: {
    about: ". Refused while a round is open.",
    where: "of",
    rows: "Rows that may be lost",
    group: "Two of one environment follow each other.",
  },
};

interface Way {
  /** How the sentence goes on that the phase's title begins. */
  readonly about: string;
  /** How the run's name goes on to the environment. */
  readonly where: "in" | "of";
  /** What its losses are. */
  readonly rows: string;
  /** Why two follow each other; a rollback waits for nothing. */
  readonly group?: string;
  /** Whether it ends with evidence, and may have reviewers of its own: what a rollback does. */
  readonly proves?: true;
}

/** The workflow of a phase that is dispatched on its own. */
export function dispatchedText(
  { runbook, file }: Source,
  phase: Phase & { readonly dispatched: Dispatched },
  { name, stem }: { readonly name: string; readonly stem: string },
): string {
  const { about, where, rows, group, proves } = ways[phase.dispatched];
  const needs = needsOf([phase]);
  const losing =
    needs.loss === undefined
      ? ""
      : ", accepting the loss of ${{ inputs.accept-data-loss || 'no' }} rows";
  const workflow: Workflow = {
    file,
    about: `${titleOf(phase)}${about}`,
    name,
    runName: `${name} ${where} \${{ inputs.environment }}${losing}`,
    on: dispatch({
      file,
      own: [proves && approvalInput, neededInputs(needs, rows), whyInput],
    }),
    jobs: [
      jobText({
        id: phase.id,
        title: titleOf(phase),
        environment: proves
          ? "${{ inputs.approval-environment || inputs.environment }}"
          : "${{ inputs.environment }}",
        minutes: minutesOf(phase, runbook),
        permissions: join(
          comment("actions: read tells who approved the run; nothing depends on it."),
          permissions("actions: read", "contents: read"),
        ),
        last: join(given(needs), "reason: ${{ inputs.reason }}"),
      }),
      ...(proves ? [evidenceJob([phase.id])] : []),
    ],
  };
  return workflowText(
    group === undefined ? workflow : { ...workflow, group: { name: stem, comment: group } },
  );
}
