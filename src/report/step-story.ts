import type { CheckState, Event, Observation, Outcome } from "../journal/event.ts";
import { groupBy } from "./group-by.ts";
import type { ReportPhase, ReportStep, ReportTell } from "./report-plan.ts";
import type { Standing } from "./words.ts";

/** How a step ended on one host. */
export interface HostStory {
  readonly host: string;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly seconds: number;
}

/** What happened to one step in the phase's latest attempt. */
export interface StepStory {
  readonly id: string;
  readonly title: string;
  readonly standing: Standing;
  readonly detail: string;
  readonly seconds: number | undefined;
  readonly attempt: number;
  readonly hosts: readonly string[];
  readonly perHost: readonly HostStory[];
  readonly checks: readonly {
    readonly host: string | undefined;
    readonly state: CheckState;
    readonly detail: string;
  }[];
  /** The act that was journaled before it was sent. */
  readonly intended: string | undefined;
  /** The last lines of output, of the host that went wrong where one did. */
  readonly tail: readonly string[];
  readonly next: string | undefined;
  readonly describe: readonly string[];
  readonly tells: readonly ReportTell[];
}

/** Tells every step of the plan and, behind them, those that the plan does not know. */
export function tellSteps(events: readonly Event[], planned: ReportPhase | undefined): StepStory[] {
  const byStep = groupBy(
    events.filter(({ place }) => place.step !== undefined),
    ({ place }) => place.step ?? "",
  );
  const steps = planned?.steps ?? [];
  const known = new Set(steps.map(({ id }) => id));
  const others = [...byStep.keys()].filter((id) => !known.has(id));
  return [
    ...steps.map((step) => tellStep(step.id, byStep.get(step.id) ?? [], step)),
    ...others.map((id) => tellStep(id, byStep.get(id) ?? [])),
  ];
}

interface Draft {
  title: string;
  standing: Standing;
  detail: string;
  seconds: number | undefined;
  attempt: number;
  intended: string | undefined;
  next: string | undefined;
  readonly hosts: Set<string>;
  readonly perHost: Map<string, HostStory>;
  readonly checks: Map<string | undefined, StepStory["checks"][number]>;
  readonly tails: Map<string | undefined, readonly string[]>;
}

function tellStep(id: string, events: readonly Event[], planned?: ReportStep): StepStory {
  const draft: Draft = {
    title: planned?.title ?? id,
    standing: "not-reached",
    detail: "",
    seconds: undefined,
    attempt: 1,
    intended: undefined,
    next: undefined,
    hosts: new Set(),
    perHost: new Map(),
    checks: new Map(),
    tails: new Map(),
  };
  for (const event of events) take(draft, event);
  const { hosts, perHost, checks, tails, ...rest } = draft;
  return {
    id,
    ...rest,
    hosts: [...hosts],
    perHost: [...perHost.values()],
    checks: [...checks.values()],
    tail: tailOf(tails, [...perHost.values()]),
    describe: planned?.describe ?? [],
    tells: planned?.tells ?? [],
  };
}

function take(draft: Draft, { body, place }: Event): void {
  draft.attempt = Math.max(draft.attempt, place.attempt ?? 1);
  if (place.host !== undefined) draft.hosts.add(place.host);
  switch (body.type) {
    case "step-started":
      draft.title = body.title;
      draft.standing = "running";
      for (const host of body.hosts) draft.hosts.add(host);
      return;
    case "step-skipped":
      draft.title = body.title;
      draft.standing = "skipped";
      draft.detail = body.reason;
      return;
    case "step-checked":
      draft.checks.set(place.host, { host: place.host, state: body.state, detail: body.detail });
      return;
    case "step-intended":
      draft.intended = body.act;
      return;
    case "step-applied":
      if (body.tail.length > 0) draft.tails.set(place.host, body.tail);
      return;
    case "observed":
      takeOutput(draft, place.host, body.observation);
      return;
    case "step-ended":
      takeEnd(draft, place.host, body);
      return;
    default:
      return;
  }
}

/** Output that was observed stands for the last lines as long as the act itself has none. */
function takeOutput(draft: Draft, place: string | undefined, observation: Observation): void {
  if (observation.kind !== "output") return;
  const host = observation.host || place;
  if (!draft.tails.has(host)) draft.tails.set(host, observation.lines.slice(-20));
}

function takeEnd(
  draft: Draft,
  host: string | undefined,
  body: Extract<Event["body"], { type: "step-ended" }>,
): void {
  draft.next = body.next ?? draft.next;
  if (host !== undefined) {
    draft.perHost.set(host, {
      host,
      outcome: body.outcome,
      detail: body.detail,
      seconds: body.seconds,
    });
    return;
  }
  draft.standing = body.outcome;
  draft.detail = body.detail;
  draft.seconds = body.seconds;
}

function tailOf(tails: Draft["tails"], perHost: readonly HostStory[]): readonly string[] {
  const bad = perHost.find(({ outcome }) => outcome !== "succeeded" && outcome !== "already-done");
  return tails.get(bad?.host) ?? [...tails.values()].at(-1) ?? [];
}
