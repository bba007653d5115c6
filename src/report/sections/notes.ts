import { formatInstant, formatTime } from "../format.ts";
import { type Block, code, details, list, md, paragraph, pre } from "../markdown.ts";
import { seen } from "../observed.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";

/** What happened beside the steps: notes, a round or lease taken over, a person's ruling, a repaired journal. */
export function noteBlocks(story: PhaseStory): Block[] {
  const { allEvents } = story;
  const seized = bodiesOf(story.events, "lease").filter(({ body }) => body.action === "seized");
  const items = [
    ...seen(story.events, "note").map(({ at, what }) => [at, md(what.text, 500)] as const),
    ...seized.map(({ at, body }) => [at, `the lease was seized: ${md(body.detail, 500)}`] as const),
    ...bodiesOf(allEvents, "ruling").map(
      ({ at, event, body }) =>
        [
          at,
          `${md(body.by, 80)} ruled ${md(event.place.step ?? "", 80)} **${body.ruling}**: ${md(body.reason, 500)}`,
        ] as const,
    ),
    ...bodiesOf(allEvents, "round-taken-over").map(
      ({ at, body }) =>
        [
          at,
          `the round was taken over from ${md(body.from, 100)}: ${md(body.reason, 500)}`,
        ] as const,
    ),
    ...bodiesOf(allEvents, "round-closed").map(
      ({ at, body }) =>
        [at, `the round was closed by ${md(body.by, 80)}: ${md(body.state, 500)}`] as const,
    ),
    ...bodiesOf(allEvents, "repaired").map(
      ({ at, body }) => [at, `repaired: ${md(body.detail, 500)}`] as const,
    ),
  ];
  const sorted = items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return items.length === 0
    ? []
    : [paragraph("### Notes"), list(sorted.map(([at, text]) => `${formatTime(at)} ${text}`))];
}

const outputsShown = 40;

/** Output that a step chose to show, folded. */
export function outputBlocks(story: PhaseStory): Block[] {
  return seen(story.events, "output")
    .slice(-outputsShown)
    .map(({ what }) => {
      const block = what.lines.length === 0 ? paragraph("(nothing)") : pre(what.lines);
      return details(`${md(what.title, 120)} on ${md(what.host, 80)}`, block);
    });
}

/** Which life of each console this phase talked to, so that a restart can be told from a crash. */
export function consoleBlocks(story: PhaseStory): Block[] {
  const items = seen(story.events, "console").map(
    ({ at, what }) =>
      `${formatTime(at)} ${md(what.name, 60)} on ${md(what.host, 80)}: process ${code(what.pid, 40)}, up since ${formatInstant(new Date(what.startedAt * 1000))}`,
  );
  return items.length === 0 ? [] : [details("Consoles", list(items))];
}
