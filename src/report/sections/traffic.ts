import type { TrafficRow } from "../../journal/event.ts";
import { formatDuration, formatNumber } from "../format.ts";
import { groupBy } from "../group-by.ts";
import { type Block, md, paragraph, table, titled } from "../markdown.ts";
import { seenByStep, type Seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

const classes = ["2xx", "3xx", "4xx", "5xx"] as const;

/** Requests that a watched log showed, per method and endpoint, with 503 named apart: it is what the mode answers. */
export function trafficBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const blocks = [...seenByStep(story.allEvents, "traffic")].flatMap(([step, all]) => {
    const last = all.at(-1);
    return last === undefined ? [] : [watched(titles.get(step) ?? step, last)];
  });
  return blocks.length === 0 ? [] : [paragraph("### Traffic"), ...blocks];
}

function watched(title: string, { what }: Seen<"traffic">): Block {
  const heading = `**${md(title, 120)}**: ${formatNumber(what.total)} requests in ${formatDuration(what.seconds)} of log ${md(what.log, 60)}`;
  const byRequest = groupBy(what.rows, ({ method, endpoint }) => `${method} ${endpoint}`);
  if (byRequest.size === 0) return paragraph(heading);
  const sorted = [...byRequest].sort(([, a], [, b]) => total(b) - total(a));
  const rows = sorted.map(([request, own]) => [
    md(request, 100),
    ...classes.map((name) => cell(name, own)),
  ]);
  return titled(heading, table(["Request", ...classes], rows));
}

function cell(name: (typeof classes)[number], rows: readonly TrafficRow[]): string {
  const own = rows.filter(({ status }) => status.startsWith(name.slice(0, 1)));
  const count = total(own);
  const closed = total(own.filter(({ status }) => status === "503"));
  if (count === 0) return "0";
  if (closed === count) return `${formatNumber(count)} (all 503)`;
  return closed === 0
    ? formatNumber(count)
    : `${formatNumber(count)} (503: ${formatNumber(closed)})`;
}

function total(rows: readonly TrafficRow[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
