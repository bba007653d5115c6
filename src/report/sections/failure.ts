import { explainFailure } from "../failure.ts";
import { type Block, list, md, paragraph, pre, titled } from "../markdown.ts";
import type { PhaseStory } from "../story.ts";

/** What went wrong, where, what was last seen, what is done and not, and what to do: everything in one place. */
export function failureBlocks(story: PhaseStory): Block[] {
  const failure = explainFailure(story);
  if (failure === undefined) return [];
  const facts = [
    `**What:** ${md(failure.what, 2_000)}`,
    ...(failure.where.length === 0
      ? []
      : [
          `**Where:** ${failure.where
            .slice(0, 20)
            .map((place) => md(place, 500))
            .join("; ")}`,
        ]),
    ...failure.known.slice(0, 20).map((fact) => `**Known:** ${md(fact, 500)}`),
  ];
  const state = [
    `**Done:** ${sayTitles(failure.done)}`,
    `**Not done:** ${sayTitles(failure.notDone)}`,
    `**Next:** ${md(failure.next, 2_000)}`,
  ];
  return [
    paragraph(`### ${md(failure.title)}`),
    list([...facts, ...state]),
    ...(failure.lastLines.length === 0
      ? []
      : [titled("Last output:", pre(failure.lastLines.slice(-30)))]),
    ...(failure.ask.length === 0
      ? []
      : [titled("The step, with the check that would tell:", pre(failure.ask.slice(0, 40)))]),
    ...(failure.tells.length === 0
      ? []
      : [titled("These tell, and change nothing:", pre(failure.tells.slice(0, 80), 4_000))]),
    ...(failure.rule.length === 0
      ? []
      : [titled("If a re-run cannot tell either, a person rules:", pre(failure.rule))]),
  ];
}

function sayTitles(titles: readonly string[]): string {
  if (titles.length === 0) return "nothing";
  const shown = titles
    .slice(0, 40)
    .map((title) => md(title, 120))
    .join(" · ");
  return titles.length > 40 ? `${shown} · and ${titles.length - 40} more` : shown;
}
