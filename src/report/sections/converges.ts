import type { Observation } from "../../journal/event.ts";
import { formatDuration, formatNumber } from "../format.ts";
import { type Block, md, paragraph, table, titled } from "../markdown.ts";
import { seenByStep } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

type Converged = Extract<Observation, { kind: "converged" }>;

/** How Chef's client ended on each host, as it said itself. */
export function convergeBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const blocks = [...seenByStep(story.allEvents, "converged")].map(([step, all]) => {
    const latest = new Map(all.map(({ host = "", what }) => [host, what]));
    const rows = [...latest].map(([host, what]) => [
      md(host, 60),
      what.ok ? "✅ finished" : "⛔ failed",
      updatedOf(what),
      what.seconds === undefined ? "–" : formatDuration(what.seconds),
    ]);
    const heading = `**${md(titles.get(step) ?? step, 120)}**`;
    return titled(heading, table(["Host", "Chef's client", "Resources updated", "Time"], rows));
  });
  return blocks.length === 0 ? [] : [paragraph("### Converged"), ...blocks];
}

/** `Chef's client finished, 3 of 12 resources updated in 4 s`. */
export function sayConverged(what: Converged): string {
  const time = what.seconds === undefined ? "" : ` in ${formatDuration(what.seconds)}`;
  return `Chef's client ${what.ok ? "finished" : "failed"}, ${updatedOf(what)} resources updated${time}`;
}

function updatedOf({ updated, total }: Converged): string {
  return total === undefined
    ? formatNumber(updated)
    : `${formatNumber(updated)} of ${formatNumber(total)}`;
}
