import { md } from "./markdown.ts";

/** The page of a phase that did not start: nothing was journaled, so the sentence is all there is. */
export function refusalMarkdown(sentence: string, next: string): string {
  const lines = sentence.split("\n").map((line) => md(line, 2_000));
  return [
    `## ⛔ refused`,
    "",
    lines.join("  \n"),
    ...(next === "" ? [] : ["", `**Next:** ${md(next, 1_000)}`]),
    "",
  ].join("\n");
}
