import { formatDuration, formatInstant } from "../format.ts";
import { type Block, md, paragraph } from "../markdown.ts";
import type { PhaseStory } from "../story.ts";

/** Whether writes are refused right now, and for how long in all; nothing before it ever started. */
export function clockBlocks({ downtime }: PhaseStory): Block[] {
  const { startedAt, endedAt, seconds, running, title } = downtime;
  if (startedAt === undefined) return [];
  const total = formatDuration(seconds);
  const sentence = running
    ? `⏱ **Downtime is running**: ${total} so far, since ${formatInstant(startedAt)} (${md(title, 120)}).`
    : `⏱ **Downtime is over**: ${total} in all, from ${formatInstant(startedAt)} to ${formatInstant(endedAt ?? "")}.`;
  return [paragraph(sentence)];
}
