import type { Event } from "../../journal/event.ts";
import { formatDuration, formatNumber, formatRate, secondsBetween } from "../format.ts";
import { type Block, md, paragraph, table } from "../markdown.ts";
import { seenByStep, type Seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";
import { sayStanding } from "../words.ts";

/** How many objects each migration moved and how fast, from its own progress and the time it took. */
export function migrationBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map((step) => [step.id, step]));
  const rows = [...seenByStep(story.allEvents, "progress")].map(([step, all]) => {
    const { done, total, seconds } = measure(all, story.allEvents);
    return [
      md(titles.get(step)?.title ?? step, 120),
      sayStanding(titles.get(step)?.standing ?? "not-reached"),
      total === undefined ? formatNumber(done) : `${formatNumber(done)} of ${formatNumber(total)}`,
      seconds > 0 ? formatDuration(seconds) : "–",
      seconds > 0 ? formatRate(done / seconds) : "–",
    ];
  });
  return rows.length === 0
    ? []
    : [paragraph("### Progress made"), table(["Step", "Outcome", "Objects", "Took", "Rate"], rows)];
}

/** The last attempt that did something: from its start (or its first progress) to its last progress. */
function measure(
  all: readonly Seen<"progress">[],
  events: readonly Event[],
): { readonly done: number; readonly total: number | undefined; readonly seconds: number } {
  const last = all.at(-1);
  const attempt = all.filter((one) => one.attempt === last?.attempt);
  const total = attempt.findLast(({ what }) => what.total !== undefined)?.what.total;
  const intended = events.findLast(
    ({ place, body, at }) =>
      body.type === "step-intended" && place.step === last?.step && at <= (attempt[0]?.at ?? ""),
  );
  const from = intended?.at ?? attempt[0]?.at;
  const seconds = from === undefined || last === undefined ? 0 : secondsBetween(from, last.at);
  return { done: last?.what.done ?? 0, total, seconds };
}
