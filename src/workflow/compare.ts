import { generatedFrom, isGeneratedFrom } from "./file.ts";
import type { WorkflowFile } from "./workflows.ts";

/** What a folder has in the place of a generated file. */
export type Found =
  | { readonly kind: "missing" }
  | { readonly kind: "same" }
  /** It was generated, from this runbook, and is no longer what would be. */
  | { readonly kind: "outdated"; readonly difference: readonly string[] }
  /** Not ours to overwrite: written or taken over by a person, or generated from another runbook. */
  | {
      readonly kind: "foreign";
      readonly from: string | undefined;
      readonly difference: readonly string[];
    };

/** Compares a file with what a folder has in its place. */
export function compare(
  { text }: WorkflowFile,
  present: string | undefined,
  runbookFile: string,
): Found {
  if (present === undefined) return { kind: "missing" };
  if (present === text) return { kind: "same" };
  const difference = differenceOf(present, text);
  if (isGeneratedFrom(present, runbookFile)) return { kind: "outdated", difference };
  return { kind: "foreign", from: generatedFrom(present), difference };
}

const shownLines = 6;

/** The stretch of lines in which two texts differ, shortened: what is there, then what is wanted. */
function differenceOf(present: string, wanted: string): readonly string[] {
  const [there, generated] = [present.split("\n"), wanted.split("\n")];
  const first = there.findIndex((line, index) => line !== generated[index]);
  const start = first === -1 ? there.length : first;
  const most = Math.min(there.length, generated.length) - start;
  let same = 0;
  while (same < most && there.at(-1 - same) === generated.at(-1 - same)) same += 1;
  return [
    `line ${start + 1}:`,
    ...shortened("-", there.slice(start, there.length - same)),
    ...shortened("+", generated.slice(start, generated.length - same)),
  ];
}

function shortened(sign: string, lines: readonly string[]): readonly string[] {
  const rest = lines.length - shownLines;
  const shown = lines.slice(0, shownLines).map((line) => `${sign} ${line}`);
  return rest > 0 ? [...shown, `${sign} … and ${rest} more lines`] : shown;
}
