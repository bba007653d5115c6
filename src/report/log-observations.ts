import type { Event, Observation } from "../journal/event.ts";
import { formatCount, formatDuration, formatNumber, secondsBetween } from "./format.ts";
import type { LogState } from "./log-lines.ts";
import { sayConverged } from "./sections/converges.ts";
import { sayApproval, sayEvidence, sayProtection } from "./say-github.ts";
import { passesBudget, sayTurn } from "./projection.ts";
import { countedBy, sayProgress } from "./progress.ts";

interface Lines {
  readonly state: LogState;
  readonly entries: readonly string[];
}

const outputLinesShown = 20;

/** What an observation says in the live log: a line or two when something changed, otherwise nothing. */
export function observationLines(event: Event, observation: Observation, state: LogState): Lines {
  switch (observation.kind) {
    case "progress":
      return progressLine(event, observation, state);
    case "reading":
      return readingLine(observation, state);
    case "probes":
      return once(`probes ${event.place.step}`, probeLines(observation), state);
    case "output": {
      const lines = observation.lines.slice(-outputLinesShown);
      const cut = observation.lines.length - lines.length;
      const title = `${observation.host}: ${observation.title}${cut > 0 ? ` (the last ${lines.length} of ${formatNumber(observation.lines.length)} lines)` : ""}`;
      return { state, entries: [title, ...lines.map((line) => `  | ${line}`)] };
    }
    case "traffic":
      return once(`traffic ${event.place.step}`, [trafficLine(observation)], state);
    case "reconciled":
      return { state, entries: observation.rows.map(reconcileLine) };
    case "failures":
      return { state, entries: failureLines(observation) };
    // Names fill pages: they stand in the artifact, and their numbers in the verdict.
    case "differences":
    case "judged":
    case "baseline":
      return { state, entries: [] };
    case "console":
      return {
        state,
        entries: [`console ${observation.name} on ${observation.host}: process ${observation.pid}`],
      };
    case "snapshot":
      return { state, entries: [`snapshot ${observation.name}: ${sayTables(observation.tables)}`] };
    case "loss":
      return { state, entries: lossLines(observation) };
    case "followed":
      return { state, entries: [] };
    case "protection":
      return { state, entries: [sayProtection(observation)] };
    case "evidence":
      return { state, entries: [sayEvidence(observation)] };
    case "approvals":
      return { state, entries: observation.approvals.map(sayApproval) };
    case "databag":
      return { state, entries: observation.changes.map((one) => changeLine(observation, one)) };
    case "converged":
      return { state, entries: [`${event.place.host ?? "it"}: ${sayConverged(observation)}`] };
    case "note":
      return { state, entries: [`note: ${observation.text}`] };
  }
}

type Of<Kind extends Observation["kind"]> = Extract<Observation, { kind: Kind }>;

const secondsBetweenLines = 10;

/** A line for each new percent or every ten seconds, whichever is rarer to wait for, and none while nothing moves. */
function progressLine(event: Event, seen: Of<"progress">, before: LogState): Lines {
  const { state, entries } = budgetLines(seen, before);
  const line = movedLine(event, seen, state);
  return { state: line.state, entries: [...line.entries, ...entries] };
}

/** Said once when the downtime comes to be expected to pass its budget, and once when no longer. */
function budgetLines({ downtime }: Of<"progress">, state: LogState): Lines {
  if (downtime === undefined) return { state, entries: [] };
  const passes = passesBudget(downtime);
  if (passes === state.passesBudget) return { state, entries: [] };
  return { state: { ...state, passesBudget: passes }, entries: [sayTurn(downtime)] };
}

function movedLine(
  { at, place }: Event,
  { done, total, perSecond, downtime }: Of<"progress">,
  state: LogState,
): Lines {
  const step = place.step ?? "";
  const last = state.progress[step];
  const percent = total === undefined || total === 0 ? -1 : Math.floor((done / total) * 100);
  const moved = last === undefined || done !== last.done;
  const worth =
    last === undefined ||
    percent !== last.percent ||
    done === total ||
    secondsBetween(last.at, at) >= secondsBetweenLines;
  if (!moved || !worth) return { state, entries: [] };
  const progress = { ...state.progress, [step]: { at, done, percent } };
  return {
    state: { ...state, progress },
    entries: [sayProgress({ what: countedBy(step), done, total, perSecond, downtime })],
  };
}

function readingLine({ name, title, values }: Of<"reading">, state: LogState): Lines {
  const before = state.readings[name];
  const changed = Object.entries(values).filter(([key, value]) => before?.[key] !== value);
  if (changed.length === 0) return { state, entries: [] };
  const said = changed.map(([key, value]) => {
    const now = value || "(unset)";
    return before === undefined ? `${key}=${now}` : `${key} ${before[key] || "(unset)"} → ${now}`;
  });
  return {
    state: { ...state, readings: { ...state.readings, [name]: values } },
    entries: [`${title}: ${said.join(", ")}`],
  };
}

function changeLine(
  { bag, item }: Of<"databag">,
  { pointer, before, after }: Of<"databag">["changes"][number],
): string {
  return `about to be set in data bag ${bag}/${item}: ${pointer} ${before ?? "(not there)"} → ${after}`;
}

function probeLines({ answers }: Of<"probes">): string[] {
  const wrong = answers.filter(({ ok }) => !ok);
  if (wrong.length === 0)
    return [`probes: ${formatCount(answers.length, "answer")}, all as expected`];
  return [
    `probes: ${formatNumber(wrong.length)} of ${formatCount(answers.length, "answer")} not as expected`,
    ...wrong.slice(0, 5).map(({ host, method, path, status, expected, detail }) => {
      const why = detail === undefined ? "" : ` (${detail})`;
      const got = `${status === 0 ? "no answer" : status}${why}`;
      return `  ${host}: ${method} ${path} → ${got}, wanted ${expected.join(" or ")}`;
    }),
  ];
}

function trafficLine({ log, seconds, total, rows }: Of<"traffic">): string {
  const byClass = new Map<string, number>();
  for (const { status, count } of rows) {
    // 503 is what the mode itself answers; any other 5xx is a failure.
    const key =
      status === "503" ? status : /^[1-5]/.test(status) ? `${status.slice(0, 1)}xx` : "other";
    byClass.set(key, (byClass.get(key) ?? 0) + count);
  }
  const said = [...byClass]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => `${formatNumber(count)} × ${key}`);
  return `${log}: ${formatCount(total, "request")} in ${formatDuration(seconds)}${said.length === 0 ? "" : ` · ${said.join(", ")}`}`;
}

function reconcileLine({
  ok,
  title,
  name,
  sides,
  accounted,
  missing,
  unexpected,
}: Of<"reconciled">["rows"][number]): string {
  const numbers = Object.entries(sides).map(([side, count]) => `${side} ${formatNumber(count)}`);
  const rest = [
    ...(accounted > 0 ? [`${formatNumber(accounted)} accounted for`] : []),
    ...(missing > 0 ? [`${formatNumber(missing)} missing`] : []),
    ...(unexpected > 0 ? [`${formatNumber(unexpected)} not expected`] : []),
  ];
  return `${ok ? "✅" : "⛔"} ${title || name}: ${[...numbers, ...rest].join(", ")}`;
}

function failureLines({ classes, unclassified, samples }: Of<"failures">): string[] {
  const named = Object.entries(classes)
    .filter(([, { count }]) => count > 0)
    .map(([name, { count }]) => `failures: ${formatNumber(count)} ${name}`);
  if (unclassified === 0) return named;
  return [
    ...named,
    `failures: ${formatNumber(unclassified)} in no class`,
    ...samples.slice(0, 3).map((line) => `  | ${line}`),
  ];
}

function lossLines({ tables, total, accepted }: Of<"loss">): string[] {
  const lines = Object.entries(tables).map(
    ([name, { inserted, updated, deleted }]) =>
      `  ${name}: ${formatNumber(inserted)} inserted, ${formatNumber(updated)} updated, ${formatNumber(deleted)} deleted`,
  );
  return [
    `${formatCount(total, "change")} would be lost, ${formatNumber(accepted)} accepted`,
    ...lines,
  ];
}

function sayTables(tables: Readonly<Record<string, number>>): string {
  return Object.entries(tables)
    .map(([name, rows]) => `${name} ${formatNumber(rows)}`)
    .join(", ");
}

function once(key: string, lines: readonly string[], state: LogState): Lines {
  const text = lines.join("\n");
  if (state.said[key] === text) return { state, entries: [] };
  return { state: { ...state, said: { ...state.said, [key]: text } }, entries: lines };
}
