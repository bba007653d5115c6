import { formatTime } from "../format.ts";
import { groupBy } from "../group-by.ts";
import { type Block, code, details, list, md, paragraph, table } from "../markdown.ts";
import { seen, type Seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

/** Flags before and after, since they say who serves and whether writes are open; what changed between stands folded. */
export function readingBlocks(story: PhaseStory): Block[] {
  const byName = groupBy(seen(story.allEvents, "reading"), ({ what }) => what.name);
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  return [...byName.values()].flatMap((readings) => blocksOf(readings, titles));
}

function blocksOf(
  readings: readonly Seen<"reading">[],
  titles: ReadonlyMap<string, string>,
): Block[] {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined) return [];
  const names = [...new Set(readings.flatMap(({ what }) => Object.keys(what.values)))];
  const rows = names.map((name) => {
    const [before, after] = [valueOf(first, name), valueOf(last, name)];
    return [
      code(name, 80),
      md(before, 80),
      before === after ? md(after, 80) : `**${md(after, 80)}**`,
    ];
  });
  const changes = changesOf(readings, names, titles);
  const heading = `### ${md(first.what.title, 100)}`;
  const block = table(
    ["Name", `Before (${formatTime(first.at)})`, `After (${formatTime(last.at)})`],
    rows,
  );
  return [
    paragraph(heading),
    block,
    ...(changes.length === 0 ? [] : [details("Every change, in order", list(changes))]),
  ];
}

function changesOf(
  readings: readonly Seen<"reading">[],
  names: readonly string[],
  titles: ReadonlyMap<string, string>,
): string[] {
  const items: string[] = [];
  for (const [index, reading] of readings.entries()) {
    const before = readings[index - 1];
    if (before === undefined) continue;
    const changed = names.filter((name) => valueOf(before, name) !== valueOf(reading, name));
    if (changed.length === 0) continue;
    const what = changed.map(
      (name) =>
        `${code(name, 80)} ${md(valueOf(before, name), 80)} → ${md(valueOf(reading, name), 80)}`,
    );
    items.push(
      `${formatTime(reading.at)} in ${md(titles.get(reading.step) ?? reading.step, 120)}: ${what.join(", ")}`,
    );
  }
  return items;
}

function valueOf({ what }: Seen<"reading">, name: string): string {
  return what.values[name] || "(unset)";
}
