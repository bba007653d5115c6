import type { FailureRow } from "../../journal/event.ts";
import { formatNumber } from "../format.ts";
import { type Block, code, details, md, paragraph, pre, table, titled } from "../markdown.ts";
import { seenByStep, type Seen } from "../observed.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";

const foldsShown = 60;

/** Failures by class against what the baseline allows; samples are folded away, because they are long. */
export function failureTable(rows: readonly FailureRow[]): Block[] {
  if (rows.length === 0) return [];
  const body = rows.map((row) => [
    code(row.class, 100),
    formatNumber(row.count),
    sayAllowed(row),
    sayRow(row),
    sayReasons(new Map(Object.entries(row.reasons ?? {}).filter(([reason]) => reason !== ""))),
    md(row.why, 200),
  ]);
  const heading = "**Failures by class, against the baseline**";
  return [
    titled(heading, table(["Class", "Count", "Allowed", "Verdict", "Reasons", "Why"], body)),
    ...sampleBlocks(rows.map((row) => [row.class, row.count, row.samples])),
  ];
}

function sayAllowed({ known, allowed, allowance }: FailureRow): string {
  if (!known) return "–";
  const number = formatNumber(allowed);
  return allowance === undefined ? number : `${number} (${md(allowance, 60)})`;
}

function sayRow({ known, count, allowed, uncovered = 0, problem = "" }: FailureRow): string {
  if (count === 0) return "➖ did not occur";
  if (!known) return "⛔ not known";
  if (problem.includes(" expired on ")) return "⛔ expired";
  if (count > allowed) return "⛔ over";
  return uncovered > 0 ? "⛔ another reason" : "✅ allowed";
}

/** Failures as the log told them, while no verdict of this phase has judged them yet. */
export function loggedFailureBlocks(story: PhaseStory): Block[] {
  if (bodiesOf(story.allEvents, "verdict").length > 0) return [];
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const blocks = [...seenByStep(story.allEvents, "failures")].flatMap(([step, all]) =>
    loggedInStep(titles.get(step) ?? step, all),
  );
  return blocks.length === 0 ? [] : [paragraph("### Failures in the log"), ...blocks];
}

interface Tally {
  count: number;
  readonly reasons: Map<string, number>;
  readonly samples: string[];
}

function loggedInStep(title: string, all: readonly Seen<"failures">[]): Block[] {
  const tallies = tally(all);
  const unclassified = all.reduce((sum, { what }) => sum + what.unclassified, 0);
  const rows = [...tallies].map(([name, { count, reasons }]) => [
    code(name, 100),
    formatNumber(count),
    sayReasons(reasons),
  ]);
  if (unclassified > 0)
    rows.push(["⛔ in no class", formatNumber(unclassified), "no rule knows these lines"]);
  const attempts = new Set(all.map(({ attempt }) => attempt)).size;
  const again =
    attempts > 1 ? ` over ${attempts} attempts; what failed again is counted again` : "";
  const heading = `**${md(title, 120)}**${again}`;
  if (rows.length === 0) return [paragraph(`${heading}: none`)];
  const unknown = all.flatMap(({ what }) => what.samples);
  return [
    titled(heading, table(["Class", "Count", "Reasons"], rows)),
    ...sampleBlocks([
      ...[...tallies].map(([name, { count, samples }]): Samples => [name, count, samples]),
      ["in no class", unclassified, unknown],
    ]),
  ];
}

function tally(all: readonly Seen<"failures">[]): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { what } of all) {
    for (const [name, found] of Object.entries(what.classes)) {
      const into = tallies.get(name) ?? {
        count: 0,
        reasons: new Map<string, number>(),
        samples: [],
      };
      tallies.set(name, into);
      into.count += found.count;
      into.samples.push(...found.samples.slice(0, 5));
      for (const [reason, count] of Object.entries(found.reasons)) {
        into.reasons.set(reason, (into.reasons.get(reason) ?? 0) + count);
      }
    }
  }
  return tallies;
}

function sayReasons(reasons: ReadonlyMap<string, number>): string {
  const most = [...reasons].sort(([, a], [, b]) => b - a).slice(0, 3);
  return (
    most.map(([reason, count]) => `${md(reason, 100)} ×${formatNumber(count)}`).join(", ") || "–"
  );
}

type Samples = readonly [name: string, count: number, samples: readonly string[]];

function sampleBlocks(all: readonly Samples[]): Block[] {
  return all
    .filter(([, , samples]) => samples.length > 0)
    .slice(0, foldsShown)
    .map(([name, count, samples]) =>
      details(
        `${md(name, 100)}: ${samples.length} of ${formatNumber(count)} as the log has them`,
        pre(samples.slice(0, 20)),
      ),
    );
}
