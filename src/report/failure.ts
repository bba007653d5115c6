import { replay } from "../journal/replay.ts";
import { nameOf, ruleLines } from "./rule.ts";
import { tellLines } from "./tell-lines.ts";
import type { PhaseStory } from "./story.ts";
import type { StepStory } from "./step-story.ts";
import { isBad, isGood, sayStanding } from "./words.ts";

/** What a person needs who was just woken up: what, where, how far, what next. */
export interface Failure {
  /** `cutover › Flip the API to SQL`. */
  readonly title: string;
  readonly what: string;
  readonly where: readonly string[];
  readonly lastLines: readonly string[];
  /** What is known of a step whose end is not. */
  readonly known: readonly string[];
  /** The planned lines of the step, its check among them: the commands that would tell. */
  readonly ask: readonly string[];
  /** Read-only commands that a person can paste, each with its place. */
  readonly tells: readonly string[];
  /** How a person rules when nothing else can tell. */
  readonly rule: readonly string[];
  readonly done: readonly string[];
  readonly notDone: readonly string[];
  readonly next: string;
}

/** Explains why a phase did not succeed; undefined when it did or is still running. */
export function explainFailure(story: PhaseStory): Failure | undefined {
  const { ended } = story;
  if (ended === undefined || isGood(ended.outcome)) return undefined;
  const step = culprit(story);
  const reason = step?.detail || ended.sentence || "no reason was recorded";
  const done = story.steps.filter(({ standing }) => isGood(standing));
  const notDone = story.steps.filter(({ standing }) => !isGood(standing) && standing !== "skipped");
  return {
    title: `${story.id} › ${step?.title ?? story.title}`,
    what: `${sayStanding(step?.standing ?? ended.outcome)}: ${reason}`,
    where: step === undefined ? [] : placesOf(step, reason),
    lastLines: step?.tail ?? [],
    known: step?.standing === "unknown" || step?.standing === "running" ? knownOf(step) : [],
    ask: step?.standing === "unknown" ? step.describe : [],
    ...(step?.standing === "unknown" ? inDoubt(story, step) : { tells: [], rule: [] }),
    done: done.map(({ title }) => title),
    notDone: notDone.map(({ title, standing }) =>
      standing === "not-reached" ? title : `${title} (${standing})`,
    ),
    next: nextOf(step, ended.next),
  };
}

/** The step that stopped the phase: in doubt before failed, the last before the first. */
function culprit({ steps }: PhaseStory): StepStory | undefined {
  return (
    steps.findLast(({ standing }) => standing === "unknown") ??
    steps.findLast(({ standing }) => isBad(standing)) ??
    steps.findLast(({ standing }) => standing === "running")
  );
}

/** Where the step is in doubt: which commands tell, and how to rule on it. */
function inDoubt(
  { id, environment, round, allEvents }: PhaseStory,
  step: StepStory,
): Pick<Failure, "tells" | "rule"> {
  const unknown = step.perHost.filter(({ outcome }) => outcome === "unknown");
  const hosts = unknown.length === 0 ? [undefined] : unknown.map(({ host }) => host);
  const sent = replay(allEvents).inFlight();
  const places = hosts.map((host) => ({
    host,
    attempt: sent.find((one) => one.step === step.id && one.host === host)?.inFlight.id,
  }));
  return {
    tells: tellLines(step.tells, places, round),
    rule: ruleLines(
      environment,
      hosts.map((host) => nameOf({ phase: id, step: step.id, host })),
    ),
  };
}

/** The hosts that went wrong, with their own reason unless it was said already. */
function placesOf({ perHost, hosts }: StepStory, said: string): readonly string[] {
  const bad = perHost.filter(({ outcome }) => !isGood(outcome));
  if (bad.length > 0)
    return bad.map(({ host, detail }) => (said.includes(detail) ? host : `${host}: ${detail}`));
  return hosts;
}

function knownOf({ intended, checks }: StepStory): readonly string[] {
  const sent = intended === undefined ? [] : [`sent, or about to be: ${intended}`];
  const checked = checks.map(({ host, state, detail }) => {
    const where = host === undefined ? "" : ` on ${host}`;
    return `the check${where} says ${state}${detail === "" ? "" : `: ${detail}`}`;
  });
  return [...sent, ...checked];
}

function nextOf(step: StepStory | undefined, ofPhase: string): string {
  const ofStep = step?.next ?? "";
  if (ofStep === "" || ofPhase.includes(ofStep))
    return ofPhase || "Re-run this phase once the cause is removed.";
  return ofPhase === "" ? ofStep : `${ofStep}. ${ofPhase}`;
}
