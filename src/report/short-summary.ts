import type { Outcome } from "../journal/event.ts";
import { md } from "./markdown.ts";
import { headlineOf } from "./words.ts";

/** The page of what has no phase's events to tell: a refusal before anything started, or a ruling. */
export function shortSummary(outcome: Outcome, sentence: string, next: string): string {
  const lines = sentence.split("\n").map((line) => md(line, 2_000));
  const onward = next === "" ? [] : ["", `**Next:** ${md(next, 1_000)}`];
  return [`## ${headlineOf(outcome)}`, "", lines.join("  \n"), ...onward, ""].join("\n");
}
