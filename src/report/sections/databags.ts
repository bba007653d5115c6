import { type Block, list, md, paragraph, pre } from "../markdown.ts";
import { seenByStep } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

/** What was to be set in data bags, as a difference: the values before (-) are what puts it back. */
export function databagBlocks({ allEvents }: PhaseStory): Block[] {
  const latest = [...seenByStep(allEvents, "databag").values()].map((all) => all.at(-1));
  const writes = latest.filter((one) => one !== undefined);
  if (writes.length === 0) return [];
  return [
    paragraph(
      "### Data bags",
      "",
      "Values as they were just before (-), and as they were to be set (+); the step's outcome says whether they were.",
    ),
    ...writes.flatMap(({ what: { bag, item, changes } }) => [
      list([`**${md(`${bag}/${item}`, 200)}**`]),
      pre(
        changes.flatMap(({ pointer, before, after }) => [
          pointer,
          ...(before === undefined ? [] : [`- ${before}`]),
          ...(after === undefined ? [] : [`+ ${after}`]),
        ]),
      ),
    ]),
  ];
}
