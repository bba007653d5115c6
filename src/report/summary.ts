import type { Event } from "../journal/event.ts";
import { sha256, writeLine } from "../journal/line.ts";
import { explainFailure } from "./failure.ts";
import { formatDuration, formatInstant, secondsBetween } from "./format.ts";
import { type Block, code, list, md, page, paragraph } from "./markdown.ts";
import { maskEvents } from "./mask.ts";
import type { ReportPlan } from "./report-plan.ts";
import {
  changedBaselineBlocks,
  proposedBaselineBlocks,
  unrehearsedBaselineBlocks,
} from "./sections/baseline.ts";
import { clockBlocks } from "./sections/clock.ts";
import { convergeBlocks } from "./sections/converges.ts";
import { databagBlocks } from "./sections/databags.ts";
import { failureBlocks } from "./sections/failure.ts";
import { loggedFailureBlocks } from "./sections/failures.ts";
import { foundBlocks } from "./sections/found-hosts.ts";
import { githubBlocks } from "./sections/github.ts";
import { lossBlocks, snapshotBlocks } from "./sections/losses.ts";
import { migrationBlocks } from "./sections/migrations.ts";
import { consoleBlocks, noteBlocks, outputBlocks } from "./sections/notes.ts";
import { probeBlocks } from "./sections/probes.ts";
import { readingBlocks } from "./sections/readings.ts";
import { reconcileBlocks } from "./sections/reconcile.ts";
import { stepBlocks } from "./sections/steps.ts";
import { trafficBlocks } from "./sections/traffic.ts";
import { verdictBlocks } from "./sections/verdict.ts";
import { type PhaseStory, tellPhase } from "./story.ts";
import { headlineOf } from "./words.ts";

export interface SummaryInput {
  /** The whole journal; the latest round is looked at. */
  readonly events: readonly Event[];
  readonly phase: string;
  readonly plan: ReportPlan;
  readonly now: Date;
  readonly secrets?: readonly string[];
  /** SHA-256 of the journal's last line; computed from the last event unless it is given. */
  readonly journalHead?: string;
}

/** GitHub drops a summary of more than 1 MiB; what else the job writes needs room too. */
const maxBytes = 900 * 1024;

/** The page of one phase that approvers and operators read; only the journal and the plan speak in it. */
export function renderSummary(input: SummaryInput): string {
  const events = maskEvents(input.events, input.secrets ?? []);
  const story = tellPhase(events, input.phase, input.plan, input.now);
  const blocks: Block[] = [
    paragraph(headline(story, input.now)),
    ...sentenceBlocks(story),
    ...clockBlocks(story),
    ...failureBlocks(story),
    ...verdictBlocks(story),
    ...proposedBaselineBlocks(story, events),
    ...changedBaselineBlocks(events),
    ...unrehearsedBaselineBlocks(story, events),
    ...stepBlocks(story),
    ...lossBlocks(story),
    ...migrationBlocks(story),
    ...loggedFailureBlocks(story),
    ...reconcileBlocks(story),
    ...readingBlocks(story),
    ...databagBlocks(story),
    ...convergeBlocks(story),
    ...probeBlocks(story),
    ...trafficBlocks(story),
    ...snapshotBlocks(story),
    ...foundBlocks(story, events),
    ...githubBlocks(story),
    ...noteBlocks(story),
    ...outputBlocks(story),
    ...consoleBlocks(story),
    ...nextBlocks(story),
    ...recordBlocks(story, input),
  ];
  return page(blocks, maxBytes);
}

function headline(story: PhaseStory, now: Date): string {
  const seconds = story.ended?.seconds ?? secondsBetween(story.startedAt ?? now, now);
  const attempt = story.attempt > 1 ? ` · attempt ${story.attempt}` : "";
  const outcome = headlineOf(
    story.ended?.outcome ?? (story.events.length === 0 ? "not-reached" : "running"),
  );
  return `## ${outcome}: ${md(story.title, 120)} · ${md(story.environment, 80)} · ${formatDuration(seconds)}${attempt}`;
}

function sentenceBlocks({ ended, events }: PhaseStory): Block[] {
  if (events.length === 0) return [paragraph("This round's journal has nothing of this phase.")];
  if (ended === undefined)
    return [
      paragraph(
        "The journal has no end of this phase: it is still running, or its runner was lost.",
      ),
    ];
  return ended.sentence === "" ? [] : [paragraph(md(ended.sentence, 2_000))];
}

function nextBlocks(story: PhaseStory): Block[] {
  // A failure says it already, beside what went wrong.
  const said = explainFailure(story) === undefined ? (story.ended?.next ?? "") : "";
  if (said === "") return [];
  return [paragraph("### What comes next", "", md(said, 2_000))];
}

function recordBlocks(story: PhaseStory, { events, journalHead }: SummaryInput): Block[] {
  const last = events.at(-1);
  if (last === undefined) return [paragraph("The journal is empty.")];
  const head = journalHead ?? sha256(writeLine(last));
  return [
    paragraph("### Record"),
    list([
      `Round ${code(story.round)} of ${code(story.runbook)} in ${code(story.environment)}, run by ${md(last.actor.by, 80)}`,
      `Started ${formatInstant(story.startedAt ?? "")}, last event ${formatInstant(last.at)}`,
      `Plan ${code(story.planDigest)}`,
      `Journal up to event ${last.sequence}: ${code(head)}`,
    ]),
  ];
}
