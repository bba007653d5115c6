import { type Block, list, md, paragraph } from "../markdown.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";
import { failureTable } from "./failures.ts";
import { comparison } from "./reconcile.ts";

function sayReason(reason: string, next: string | undefined): string {
  return next === undefined ? md(reason, 500) : `${md(reason, 500)}. **Next:** ${md(next, 700)}`;
}

/** The judgement on the data, with its reasons and the numbers that it rests on; the last one counts. */
export function verdictBlocks(story: PhaseStory): Block[] {
  const verdict = bodiesOf(story.allEvents, "verdict").at(-1)?.body;
  if (verdict === undefined) return [];
  const sentence = verdict.good
    ? "✅ **Good**: the sides agree, and every failure is known and allowed."
    : "⛔ **Not good**: cutting over would lose data or hide failures.";
  return [
    paragraph("### Verdict", "", sentence),
    ...(verdict.reasons.length === 0
      ? []
      : [list(verdict.reasons.map((reason, index) => sayReason(reason, verdict.next?.[index])))]),
    ...comparison("**Counts side by side**", verdict.rows),
    ...failureTable(verdict.failures),
  ];
}
