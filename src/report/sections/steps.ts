import { formatDuration, formatNumber } from "../format.ts";
import { type Block, details, list, md, paragraph, table } from "../markdown.ts";
import type { PhaseStory } from "../story.ts";
import type { StepStory } from "../step-story.ts";
import { isGood, sayStanding } from "../words.ts";

/** The table that most readers look at and nothing else: each step, how it ended, where, how long. */
export function stepBlocks(story: PhaseStory): Block[] {
  if (story.steps.length === 0) return [];
  const rows = story.steps.map((step, index) => [
    formatNumber(index + 1),
    md(step.title, 120),
    sayStanding(step.standing),
    sayHosts(step.hosts),
    step.seconds === undefined ? "–" : formatDuration(step.seconds),
    formatNumber(step.attempt),
  ]);
  return [
    paragraph("### Steps"),
    table(["#", "Step", "Outcome", "Hosts", "Took", "Attempt"], rows),
    ...perHostBlocks(story.steps),
    ...detailBlocks(story.steps),
  ];
}

const hostsShown = 3;

/** A few hosts by name; of many their number, since a phone is narrow. */
export function sayHosts(hosts: readonly string[]): string {
  if (hosts.length === 0) return "–";
  const names = hosts
    .slice(0, hostsShown)
    .map((host) => md(host, 60))
    .join(", ");
  return hosts.length > hostsShown ? `${names} and ${hosts.length - hostsShown} more` : names;
}

function perHostBlocks(steps: readonly StepStory[]): Block[] {
  const several = steps.filter(({ perHost }) => perHost.length > 1);
  if (several.length === 0) return [];
  const rows = several.flatMap((step) =>
    step.perHost.map(({ host, outcome, seconds, detail }) => [
      md(step.title, 120),
      md(host, 80),
      sayStanding(outcome),
      formatDuration(seconds),
      md(detail, 200),
    ]),
  );
  const block = table(["Step", "Host", "Outcome", "Took", "What"], rows);
  const bad = several.some(({ perHost }) => perHost.some(({ outcome }) => !isGood(outcome)));
  return bad ? [paragraph("### Host by host"), block] : [details("Host by host", block)];
}

function detailBlocks(steps: readonly StepStory[]): Block[] {
  const items = steps
    .filter(({ detail }) => detail !== "")
    .map(({ title, detail }) => `**${md(title, 120)}**: ${md(detail, 500)}`);
  return items.length === 0 ? [] : [details("What each step says", list(items))];
}
