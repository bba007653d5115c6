import type { Event } from "../../journal/event.ts";
import { changedEntries, openedBaseline, presentBaseline, type ChangedEntry } from "../baseline.ts";
import { seen } from "../observed.ts";
import { type Block, details, list, md, paragraph, pre } from "../markdown.ts";
import { proposeBaseline } from "../proposed-baseline.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";

const entriesShown = 100;

/** What an approver did not see when the round was opened: known failures that count differently now. */
export function changedBaselineBlocks(events: readonly Event[]): Block[] {
  const round = latestRound(events);
  const opened = openedBaseline(round);
  const present = presentBaseline(round);
  if (opened === undefined || present === undefined) return [];
  const changes = changedEntries(opened, present);
  if (changes.length === 0) return [];
  return [
    paragraph(
      "### The baseline changed",
      "",
      "Known failures are not those with which this round was opened:",
    ),
    ...changeList(changes),
  ];
}

/** What was not rehearsed: known failures that another environment's evidence did not know, or knew otherwise. */
export function unrehearsedBaselineBlocks(
  { allEvents }: PhaseStory,
  events: readonly Event[],
): Block[] {
  const present = presentBaseline(latestRound(events));
  const rehearsed = seen(allEvents, "evidence").findLast(({ what }) => what.of === "chain")?.what;
  if (present === undefined || rehearsed?.baseline === undefined) return [];
  const { environment } = rehearsed;
  const changes = changedEntries(rehearsed.baseline, present);
  if (changes.length === 0) return [];
  return [
    paragraph(
      `### The baseline is not that of ${md(environment, 100)}`,
      "",
      `The evidence stays valid. Known failures that count here (+), beside those of the rehearsal (-):`,
    ),
    ...changeList(changes),
  ];
}

/** What would have to change for the failures of this phase's verdict to be known; folded, since it is only a proposal. */
export function proposedBaselineBlocks(story: PhaseStory, events: readonly Event[]): Block[] {
  if (bodiesOf(story.allEvents, "verdict").length === 0) return [];
  const proposed = proposeBaseline(latestRound(events));
  if (proposed === undefined) return [];
  const changes = changedEntries(proposed.present, proposed.entries);
  if (changes.length + proposed.notes.length === 0) return [];
  const lines = changes.flatMap(({ class: name, change, lines: more }) => [
    `${name} (${change === "removed" ? "does not occur any more" : change})`,
    ...more.map((line) => `  ${line}`),
  ]);
  return [
    details(
      "A proposed baseline, beside the present one: known-failures.proposed.yml in the artifact",
      pre([...proposed.notes, ...lines]),
    ),
  ];
}

function changeList(changes: readonly ChangedEntry[]): Block[] {
  const more = changes.length - entriesShown;
  return [
    ...changes
      .slice(0, entriesShown)
      .flatMap(({ class: name, change, lines }) => [
        list([`**${md(name, 100)}**: ${change}`]),
        pre(lines),
      ]),
    ...(more > 0 ? [paragraph(`… and ${more} more`)] : []),
  ];
}

function latestRound(events: readonly Event[]): readonly Event[] {
  const last = events.at(-1);
  return events.filter(({ round }) => round === last?.round);
}
