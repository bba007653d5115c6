import { formatNumber } from "../format.ts";
import { groupBy } from "../group-by.ts";
import { type Block, md, paragraph, table, titled } from "../markdown.ts";
import { seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

/** What a rollback loses, or a reset deletes, per table; counted again it is shown again, since it may have grown. */
export function lossBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const blocks = seen(story.events, "loss")
    .filter(({ what }) => what.total > 0)
    .slice(-10)
    .map(({ step, what }) => {
      const rows = Object.entries(what.tables).map(([name, { inserted, updated, deleted }]) => [
        md(name, 80),
        formatNumber(inserted),
        formatNumber(updated),
        formatNumber(deleted),
      ]);
      const enough = what.accepted >= what.total ? "✅" : "⛔";
      const heading = `**${md(titles.get(step) ?? step, 120)}**: ${formatNumber(what.total)} changes would be lost, ${formatNumber(what.accepted)} accepted ${enough}`;
      return titled(heading, table(["Table", "Inserted", "Updated", "Deleted"], rows));
    });
  return blocks.length === 0 ? [] : [paragraph("### What is lost"), ...blocks];
}

/** The numbers that a later rollback counts against. */
export function snapshotBlocks(story: PhaseStory): Block[] {
  const latest = groupBy(seen(story.allEvents, "snapshot"), ({ what }) => what.name);
  const blocks = [...latest].map(([name, all]) => {
    const tables = Object.entries(all.at(-1)?.what.tables ?? {});
    const rows = tables.map(([table_, rowsOf]) => [md(table_, 80), formatNumber(rowsOf)]);
    return titled(`**${md(name, 100)}**`, table(["Table", "Rows"], rows));
  });
  return blocks.length === 0 ? [] : [paragraph("### Snapshot"), ...blocks];
}
