import type { ProbeAnswer } from "../../journal/event.ts";
import { formatCount } from "../format.ts";
import { groupBy } from "../group-by.ts";
import { type Block, list, md, paragraph, table, titled } from "../markdown.ts";
import { seenByStep, type Seen } from "../observed.ts";
import type { PhaseStory } from "../story.ts";

const columnsShown = 4;

/** What each API host answered to each request, as a matrix; one column for all hosts when they are many. */
export function probeBlocks(story: PhaseStory): Block[] {
  const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
  const blocks = [...seenByStep(story.allEvents, "probes")].flatMap(([step, all]) =>
    matrix(titles.get(step) ?? step, latestAnswers(all)),
  );
  return blocks.length === 0 ? [] : [paragraph("### Probes"), ...blocks];
}

/** Probing is repeated until steady: of each request on each host only the last answer counts. */
function latestAnswers(all: readonly Seen<"probes">[]): ProbeAnswer[] {
  const latest = new Map<string, ProbeAnswer>();
  for (const { what } of all) {
    for (const answer of what.answers)
      latest.set(JSON.stringify([answer.host, answer.method, answer.path, answer.signed]), answer);
  }
  return [...latest.values()];
}

function matrix(title: string, answers: readonly ProbeAnswer[]): Block[] {
  if (answers.length === 0) return [];
  const hosts = [...new Set(answers.map(({ host }) => host))];
  const wide = hosts.length > columnsShown;
  const columns = wide ? [formatCount(hosts.length, "host")] : hosts.map((host) => md(host, 60));
  const byRequest = groupBy(answers, ({ method, endpoint, signed }) =>
    [`${method} ${endpoint}`, ...(signed === undefined ? [] : [`signed by ${signed}`])].join(", "),
  );
  const rows = [...byRequest].map(([request, own]) => [
    md(request, 80),
    ...(wide
      ? [sayAnswers(own)]
      : hosts.map((host) => sayAnswers(own.filter((answer) => answer.host === host)))),
  ]);
  const wrong = answers.filter(({ ok }) => !ok);
  const heading = `**${md(title, 120)}**: ${formatCount(answers.length, "answer")}, ${wrong.length === 0 ? "all as expected" : `${wrong.length} not as expected`}`;
  return [titled(heading, table(["Request", ...columns], rows)), ...wrongBlocks(wrong)];
}

function sayAnswers(answers: readonly ProbeAnswer[]): string {
  const counts = new Map<string, number>();
  for (const { ok, status, expected } of answers) {
    const wanted = ok ? "" : ` (wanted ${expected.slice(0, 5).join(" or ") || "an answer"})`;
    const text = `${ok ? "✅" : "⛔"} ${status === 0 ? "no answer" : status}${wanted}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const said = [...counts]
    .slice(0, 6)
    .map(([text, count]) => (count > 1 ? `${text} ×${count}` : text));
  return said.join(", ") || "–";
}

function wrongBlocks(wrong: readonly ProbeAnswer[]): Block[] {
  if (wrong.length === 0) return [];
  const items = wrong.slice(0, 40).map(({ host, method, path, status, expected, detail }) => {
    const why = detail === undefined ? "" : ` (${md(detail, 200)})`;
    return `${md(host, 80)}: ${md(`${method} ${path}`, 200)} answered ${status === 0 ? "nothing" : status}, wanted ${expected.slice(0, 5).join(" or ")}${why}`;
  });
  return [list(items)];
}
