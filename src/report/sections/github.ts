import { formatTime } from "../format.ts";
import { type Block, list, md, paragraph } from "../markdown.ts";
import { seen } from "../observed.ts";
import { sayApproval, sayEvidence, sayProtection } from "../say-github.ts";
import type { PhaseStory } from "../story.ts";

/** What GitHub said: how the environment is protected, what another one proved, and who approved the run. */
export function githubBlocks({ events }: PhaseStory): Block[] {
  const listed = seen(events, "approvals").at(-1);
  const approvals = listed?.what.approvals ?? [];
  const items = [
    ...seen(events, "protection").map(
      ({ at, what }) => `${formatTime(at)} ${md(sayProtection(what), 600)}`,
    ),
    ...seen(events, "evidence").map(
      ({ at, what }) => `${formatTime(at)} ${md(sayEvidence(what), 600)}`,
    ),
    ...approvals.map((one) => md(sayApproval(one), 600)),
  ];
  if (listed !== undefined && approvals.length === 0)
    items.push("GitHub lists no approval of this run");
  if (items.length === 0) return [];
  const whose = "Approvals are the run's: GitHub does not say which job each was for.";
  return [
    paragraph("### In GitHub"),
    list(items),
    ...(approvals.length === 0 ? [] : [paragraph(whose)]),
  ];
}
