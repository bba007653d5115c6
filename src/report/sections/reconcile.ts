import type { ReconcileRow } from "../../journal/event.ts";
import { formatNumber } from "../format.ts";
import { type Block, details, list, md, paragraph, table, titled } from "../markdown.ts";
import { seenByStep } from "../observed.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";

/** Both sides' numbers beside each other, per comparison; a verdict's own rows stand with the verdict. */
export function reconcileBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const judged = new Set(bodiesOf(story.allEvents, "verdict").map(({ event }) => event.place.step));
  const blocks = [...seenByStep(story.allEvents, "reconciled")].flatMap(([step, all]) => {
    const rows = all.at(-1)?.what.rows ?? [];
    return judged.has(step) ? [] : comparison(`**${md(titles.get(step) ?? step, 120)}**`, rows);
  });
  return blocks.length === 0 ? [] : [paragraph("### Counts side by side"), ...blocks];
}

/** One comparison as a table; the sides are whatever was compared, in that order. */
export function comparison(title: string, rows: readonly ReconcileRow[]): Block[] {
  if (rows.length === 0) return [];
  const sides = [...new Set(rows.flatMap((row) => Object.keys(row.sides)))].slice(0, 6);
  const extra = rows.some(({ unexpected }) => unexpected > 0) ? ["Not expected"] : [];
  const body = rows.map((row) => [
    md(row.title || row.name, 80),
    ...sides.map((side) => (row.sides[side] === undefined ? "–" : formatNumber(row.sides[side]))),
    formatNumber(row.accounted),
    formatNumber(row.missing),
    ...extra.map(() => formatNumber(row.unexpected)),
    row.ok ? "✅ yes" : "⛔ no",
  ]);
  const header = [
    "What",
    ...sides.map((side) => md(side, 40)),
    "Accounted for",
    "Missing",
    ...extra,
    "Agrees",
  ];
  return [titled(title, table(header, body)), ...remarks(rows)];
}

function remarks(rows: readonly ReconcileRow[]): Block[] {
  const said = rows
    .filter(({ detail }) => detail !== "")
    .map(({ name, detail }) => `${md(name, 80)}: ${md(detail, 500)}`);
  const named = rows
    .filter(({ samples }) => samples.length > 0)
    .slice(0, 50)
    .map((row) =>
      details(
        `${md(row.title || row.name, 80)}: the first that are missing or not expected`,
        list(row.samples.slice(0, 50).map((sample) => md(sample, 200))),
      ),
    );
  return [...(said.length === 0 ? [] : [details("How each row was judged", list(said))]), ...named];
}
