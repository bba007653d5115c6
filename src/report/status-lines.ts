import { sayClock } from "../journal/say-clock.ts";
import { indented, sentLines, toldDoubtLines } from "./doubts.ts";
import { formatCount, formatDuration, formatInstant } from "./format.ts";
import { safeLines } from "./gateway.ts";
import type { Status, StatusDoubt, StatusPhase, StatusSent, Trouble } from "./status.ts";
import { headlineOf, sayStanding } from "./words.ts";

/** Where an environment is, for a terminal; each line has been through the gateway. */
export function statusLines(status: Status): string[] {
  const lines = [
    `${status.environment} · ${status.runbook} · ${headlines[status.state]}`,
    ...journalLines(status),
    ...roundLines(status),
    ...leaseLines(status),
    ...phaseLines(status),
    ...downtimeLines(status),
    ...doubtLines(status),
    ...linesOfAll("sent, and without an end yet", status.inFlight),
    ...linesOfAll("left behind by a round that is closed", status.leftBehind),
    ...standInLines(status),
    ...lastLines(status),
    "",
    `Next: ${status.next}`,
  ];
  return lines.flatMap((line) => safeLines(line, { maxLength }));
}

/** The same for a program: one object, whose texts have been through the gateway too. */
export function statusJson(status: Status): string {
  const safe = (value: unknown): unknown =>
    typeof value === "string" ? safeLines(value, { maxLength }).join("\n") : value;
  return JSON.stringify(status, (_, value: unknown) => safe(value), 2);
}

/** A command that is to be pasted must come out whole. */
const maxLength = 20_000;

const headlines: Readonly<Record<Status["state"], string>> = {
  "nothing-yet": "nothing was ever run here",
  unreadable: "❓ the journal cannot be read",
  "in-doubt": "❓ something is in doubt",
  running: "somebody acts on it now",
  open: "a round is open",
  closed: "the last round is closed",
};
function journalLines({ journal }: Status): string[] {
  const { at, events, lastAt, problem } = journal;
  if (problem !== null) return [`journal: ${at}`, `  ${problem.what}`];
  const last = lastAt === null ? "" : `, the last at ${formatInstant(lastAt)}`;
  return [`journal: ${at}, ${formatCount(events ?? 0, "event")}${last}`];
}

function roundLines({ round, alsoOpen }: Status): string[] {
  if (round === null) return [];
  const { id, openedAt, owner, takenOver, closedBy, closedAt, stateSaid } = round;
  const where = owner.url === "" ? "" : ` (${owner.url})`;
  return [
    `round: ${id}, opened ${formatInstant(openedAt)}, of ${owner.by}, run ${owner.run}${where}`,
    ...(takenOver === null
      ? []
      : [
          `  taken over from ${takenOver.from} ${formatInstant(takenOver.at)}: ${takenOver.reason}`,
        ]),
    ...(closedBy === null
      ? ["  open"]
      : [
          `  closed by ${closedBy} ${formatInstant(closedAt ?? "")}${stateSaid === null || stateSaid === "" ? "" : `: ${stateSaid}`}`,
        ]),
    ...(alsoOpen.length === 0 ? [] : [`  open as well: ${alsoOpen.join(", ")}`]),
  ];
}

function leaseLines(status: Status): string[] {
  const { lease, leaseProblem, journal } = status;
  if (leaseProblem !== null) return [`lease: ${leaseProblem.what}`, `  ${leaseProblem.next}`];
  if (journal.problem !== null && lease === null) return [];
  return [`lease: ${sayLease(lease)}`];
}

function sayLease(lease: Status["lease"]): string {
  if (lease === null) return "nobody holds it";
  const { holder, purpose, since, until, remainingSeconds, expired } = lease;
  const where = holder.url === "" ? "" : ` (${holder.url})`;
  const who = `${holder.by}, run ${holder.run} attempt ${holder.runAttempt}${where}, for ${purpose}`;
  if (expired)
    return `nobody holds it; that of ${who}, ran out ${formatInstant(until)} and was not given back`;
  return `held by ${who}, since ${formatInstant(since)}, until ${formatInstant(until)} (${remainingSeconds} s from now) unless renewed`;
}

function phaseLines({ phases, round }: Status): string[] {
  if (round === null) return [];
  return ["", "phases:", ...phases.map((phase) => `  ${sayPhase(phase)}`)];
}

function sayPhase(phase: StatusPhase): string {
  const { id, title, state, attempts, startedAt, endedAt, seconds } = phase;
  const standing =
    state === "running"
      ? "▶ running"
      : sayStanding(
          state === "no-end" ? "running" : state === "not-started" ? "not-reached" : state,
        );
  const from = startedAt === null ? "" : `, begun ${formatInstant(startedAt)}`;
  const to = endedAt === null ? "" : `, ended ${formatInstant(endedAt)}`;
  const took = seconds === null ? "" : ` after ${formatDuration(seconds)}`;
  const again = attempts > 1 ? `, attempt ${attempts}` : "";
  return `${standing} · ${id}${title === id ? "" : `: ${title}`}${from}${to}${took}${again}`;
}

function downtimeLines({ downtime, round }: Status): string[] {
  const { startedAt, endedAt, seconds, running, budgetSeconds } = downtime;
  if (round === null || startedAt === null) return [];
  const budget = budgetSeconds === null ? "" : ` of ${sayClock(budgetSeconds)}`;
  const state = running
    ? "writes are down, and the clock runs"
    : `over since ${formatInstant(endedAt ?? "")}`;
  return [
    "",
    `downtime: ${sayClock(seconds)}${budget}, since ${formatInstant(startedAt)}; ${state}`,
  ];
}

function doubtLines({ doubts }: Status): string[] {
  return doubts.flatMap((doubt) => ["", ...linesOfDoubt(doubt)]);
}

function linesOfDoubt(doubt: StatusDoubt): string[] {
  const [first = "", ...rest] = toldDoubtLines(doubt);
  return [
    `in doubt: ${first}`,
    ...rest,
    "  if re-running its phase cannot tell either:",
    ...doubt.rule.map((line) => `    ${line}`),
  ];
}

function linesOfAll(what: string, sent: readonly StatusSent[]): string[] {
  return sent.flatMap((one) => ["", `${what}: ${one.name}`, ...sentLines(one)]);
}

function standInLines({ standIns, notAsked }: Status): string[] {
  const silent =
    notAsked.length === 0
      ? []
      : [
          "",
          `not asked, since they do not answer: ${notAsked.join(", ")}; a rollback could have kept events there`,
        ];
  return [...standIns.flatMap(linesOfStandIn), ...silent];
}

function linesOfStandIn({
  at,
  events,
  problem,
  lease,
  last,
}: Status["standIns"][number]): string[] {
  const count = events === null ? "" : `, ${formatCount(events, "event")}`;
  return [
    "",
    `kept elsewhere: ${at}${count}, by a rollback that could not use the journal; the next run that acts adds what the journal lacks`,
    ...(problem === null ? [] : sayTrouble(problem)),
    ...(lease === null ? [] : [`  lease: ${sayLease(lease)}`]),
    ...(last === null
      ? []
      : indented(`${last.phase} ${headlineOf(last.outcome)}: ${last.sentence}`)),
  ];
}

function sayTrouble({ what, next }: Trouble): string[] {
  return [...indented(what), ...indented(next)];
}

function lastLines({ last, round }: Status): string[] {
  if (last === null) return [];
  const other = round === null || last.round === round.id ? "" : ` (in round ${last.round})`;
  return ["", `last: ${headlineOf(last.outcome)}${other}: ${last.sentence}`];
}
