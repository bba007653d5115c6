import type { Event, EventBody, FoundRole } from "../journal/event.ts";
import { sayClock } from "../journal/say-clock.ts";
import { explainFailure } from "./failure.ts";
import { formatCount, formatDuration, formatNumber } from "./format.ts";
import { observationLines } from "./log-observations.ts";
import type { ReportPlan } from "./report-plan.ts";
import { tellPhase } from "./story.ts";
import { headlineOf, isGood, sayStanding } from "./words.ts";

/** What the live log does next: a line, or a fold that opens or closes. */
export type LogEntry =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "open"; readonly title: string }
  | { readonly kind: "close" };

/** What the log has to remember between events, so that it can stay silent when nothing changes. */
export interface LogState {
  readonly plan: ReportPlan;
  /** Events of the phase so far: a failure is explained from them. */
  readonly events: readonly Event[];
  readonly open: boolean;
  /** Last values of each reading. */
  readonly readings: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Last progress that was shown, per step. */
  readonly progress: Readonly<
    Record<string, { readonly at: string; readonly done: number; readonly percent: number }>
  >;
  /** Whether the downtime was last expected to pass its budget. */
  readonly passesBudget: boolean;
  /** Last check of each step and host, and last summary of its probes. */
  readonly said: Readonly<Record<string, string>>;
}

/** The state before the first event. */
export function startLog(plan: ReportPlan): LogState {
  return {
    plan,
    events: [],
    open: false,
    readings: {},
    progress: {},
    passesBudget: false,
    said: {},
  };
}

export interface LogStep {
  readonly state: LogState;
  readonly entries: readonly LogEntry[];
}

/** What one event adds to the live log; pure, so that a journal that is read again gives the same lines. */
export function logLines(event: Event, before: LogState): LogStep {
  const fresh =
    event.body.type === "phase-started" ? { ...startLog(before.plan), open: before.open } : before;
  const state = { ...fresh, events: [...fresh.events, event] };
  const { body, place } = event;
  const on = place.host === undefined ? "" : `${place.host}: `;
  switch (body.type) {
    case "round-opened":
      return say(state, `round ${event.round} is open`);
    case "hosts-found":
      return say(state, ...body.roles.map(foundLine));
    case "round-taken-over":
      return say(state, `the round is taken over from ${body.from}: ${body.reason}`);
    case "round-closed":
      return say(state, `the round is closed by ${body.by}: ${body.state}`);
    case "phase-started": {
      const attempt = body.attempt > 1 ? `, attempt ${body.attempt}` : "";
      return say(
        state,
        `▶ ${body.title} · ${event.environment}${attempt} · plan ${body.planDigest.slice(0, 12)}`,
      );
    }
    case "phase-ended":
      return endPhase(event, state, body.seconds);
    case "step-started":
      return open(state, stepTitle(event, state, body.title, body.hosts));
    case "step-skipped":
      return close(state, [`${sayStanding("skipped")}: ${body.title} (${body.reason})`]);
    case "step-checked":
      return sayOnce(
        state,
        `check ${place.step} ${on}`,
        `${on}check: ${body.state}${tail(body.detail)}`,
      );
    case "step-intended":
      return say(state, `${on}${attemptOf(place.attempt)}${body.act}`);
    case "step-applied":
      return applied(event, state);
    case "step-ended":
      return endStep(event, state);
    case "observed": {
      const { entries, state: next } = observationLines(event, body.observation, state);
      return { state: next, entries: entries.map((text) => ({ kind: "line", text })) };
    }
    case "downtime-started":
      return say(state, `⏱ DOWNTIME STARTS: ${body.title}`);
    case "downtime-ended":
      return say(state, `⏱ downtime ends after ${formatDuration(body.seconds)}: ${body.title}`);
    case "downtime-budget":
      return say(
        state,
        `⏱ ${body.by} gave the downtime a budget of ${sayClock(body.seconds)}: ${body.reason}`,
      );
    case "expected-timings":
      return say(state, sayExpected(body));
    case "verdict":
      return say(
        state,
        body.good ? "✅ verdict: good" : "⛔ verdict: not good",
        ...body.reasons.map((reason) => `  ${reason}`),
      );
    case "lease":
      return say(state, `lease ${body.action}${tail(body.detail)}`);
    case "ruling":
      return say(state, `${body.by} ruled ${place.step ?? ""} ${body.ruling}: ${body.reason}`);
    case "repaired":
      return say(state, `repaired: ${body.detail}`);
  }
}

function stepTitle(event: Event, state: LogState, title: string, hosts: readonly string[]): string {
  const steps = state.plan.phases.find(({ id }) => id === event.place.phase)?.steps ?? [];
  const index = steps.findIndex(({ id }) => id === event.place.step);
  const number = index < 0 ? "" : `${index + 1}/${steps.length} `;
  const where =
    hosts.length === 0
      ? ""
      : hosts.length > 3
        ? ` (${formatCount(hosts.length, "host")})`
        : ` (${hosts.join(", ")})`;
  return `${number}${title}${where}`;
}

function sayExpected({
  source,
  timings,
}: Extract<EventBody, { type: "expected-timings" }>): string {
  const { downtimeSeconds, steps } = timings;
  const downtime =
    downtimeSeconds === undefined ? "" : `, a downtime of ${sayClock(downtimeSeconds)}`;
  return `expected by ${source}: ${formatCount(Object.keys(steps).length, "step")}${downtime}`;
}

/** What a search made of one role: named where they are few, and always counted. */
function foundLine({ role, search, hosts }: FoundRole): string {
  const named = hosts.slice(0, hostsNamed).map(({ name, address }) => `${name} (${address})`);
  const more = hosts.length > named.length ? `, and ${hosts.length - named.length} more` : "";
  return `${formatCount(hosts.length, "host")} of ${role} by search ${search.query}: ${named.join(", ")}${more}`;
}

const hostsNamed = 20;

/** What was applied as a whole and went well is said by the step's own end. */
function applied({ body, place }: Event, state: LogState): LogStep {
  if (body.type !== "step-applied" || (place.host === undefined && isGood(body.outcome)))
    return say(state);
  const line = `${sayStanding(body.outcome)}${tail(body.detail)}`;
  const on = place.host === undefined ? "" : `${place.host}: `;
  return sayOnce(state, `end ${place.step} ${on}`, `${on}${line}`, formatDuration(body.seconds));
}

/** One host's end stays in the fold; the step's own stands below it, where it is seen without unfolding. */
function endStep(event: Event, state: LogState): LogStep {
  const { body, place } = event;
  if (body.type !== "step-ended") return say(state);
  const took = formatDuration(body.seconds);
  if (place.host !== undefined) {
    const on = `${place.host}: `;
    return sayOnce(
      state,
      `end ${place.step} ${on}`,
      `${on}${sayStanding(body.outcome)}${tail(body.detail)}`,
      took,
    );
  }
  return close(state, [
    `${sayStanding(body.outcome)} · ${titleOf(state, place.step)} · ${took}${tail(body.detail)}`,
  ]);
}

function titleOf({ events }: LogState, step: string | undefined): string {
  const started = events.findLast(
    ({ body, place }) => body.type === "step-started" && place.step === step,
  );
  return started?.body.type === "step-started" ? started.body.title : (step ?? "");
}

function endPhase(event: Event, state: LogState, seconds: number): LogStep {
  const { body, place } = event;
  if (body.type !== "phase-ended") return say(state);
  const headline = `${headlineOf(body.outcome)}: ${body.sentence || place.phase} · ${formatDuration(seconds)}`;
  const story = tellPhase(state.events, place.phase ?? "", state.plan, new Date(event.at));
  const failure = explainFailure(story);
  if (failure === undefined)
    return close(state, [headline, ...(body.next === "" ? [] : [`next: ${body.next}`])]);
  return close(state, [
    headline,
    failure.title,
    `  what: ${failure.what}`,
    ...failure.where.slice(0, 20).map((place_) => `  where: ${place_}`),
    ...failure.known.map((fact) => `  known: ${fact}`),
    ...(failure.lastLines.length === 0 ? [] : ["  last output:"]),
    ...failure.lastLines.slice(-20).map((line) => `  | ${line}`),
    ...(failure.ask.length === 0 ? [] : ["  the step, with the check that would tell:"]),
    ...failure.ask.slice(0, 30).map((line) => `  | ${line}`),
    ...(failure.tells.length === 0 ? [] : ["  these tell, and change nothing:"]),
    ...failure.tells.slice(0, 60).map((line) => `  | ${line}`),
    ...(failure.rule.length === 0 ? [] : ["  if a re-run cannot tell either, a person rules:"]),
    ...failure.rule.map((line) => `  | ${line}`),
    `  done: ${sayTitles(failure.done)}`,
    `  not done: ${sayTitles(failure.notDone)}`,
    `  next: ${failure.next}`,
  ]);
}

function sayTitles(titles: readonly string[]): string {
  const shown = titles.slice(0, 12).join(" · ");
  return titles.length > 12
    ? `${shown} · and ${formatNumber(titles.length - 12)} more`
    : shown || "nothing";
}

function attemptOf(attempt: number | undefined): string {
  return attempt === undefined || attempt < 2 ? "" : `attempt ${attempt}: `;
}

function tail(detail: string): string {
  return detail === "" ? "" : ` · ${detail}`;
}

function say(state: LogState, ...lines: readonly string[]): LogStep {
  return { state, entries: lines.map((text) => ({ kind: "line", text })) };
}

/** Says a line unless it was the last under its key; what differs each time, such as a duration, stands apart. */
function sayOnce(state: LogState, key: string, line: string, suffix = ""): LogStep {
  if (state.said[key] === line) return say(state);
  return say(
    { ...state, said: { ...state.said, [key]: line } },
    `${line}${suffix === "" ? "" : ` · ${suffix}`}`,
  );
}

function open(state: LogState, title: string): LogStep {
  const closed: LogEntry[] = state.open ? [{ kind: "close" }] : [];
  return { state: { ...state, open: true }, entries: [...closed, { kind: "open", title }] };
}

function close(state: LogState, lines: readonly string[]): LogStep {
  const closed: LogEntry[] = state.open ? [{ kind: "close" }] : [];
  const { entries } = say(state, ...lines);
  return { state: { ...state, open: false }, entries: [...closed, ...entries] };
}
