import { type Block, list, md, paragraph, pre } from "../markdown.ts";
import { seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

/** What was set in data bags, as a difference: the values before (-) are what puts it back. */
export function databagBlocks({ allEvents }: PhaseStory): Block[] {
  const writes = seen(allEvents, "databag");
  if (writes.length === 0) return [];
  return [
    paragraph("### Data bags"),
    ...writes.flatMap(({ what: { bag, item, changes } }) => [
      list([`**${md(`${bag}/${item}`, 200)}**`]),
      pre(
        changes.flatMap(({ pointer, before, after }) => [
          pointer,
          ...(before === undefined ? [] : [`- ${before}`]),
          `+ ${after}`,
        ]),
      ),
    ]),
  ];
}
