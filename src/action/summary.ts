import { appendFile } from "node:fs/promises";

/** GitHub drops a step's summary that is larger than this, in bytes. */
export const maxSummaryBytes = 1024 * 1024;

/** Appends finished Markdown to the job summary; a terminal has none and nothing happens there. */
export async function writeSummary(
  markdown: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const file = env["GITHUB_STEP_SUMMARY"];
  if (file) await appendFile(file, `${capMarkdown(markdown, maxSummaryBytes - 1)}\n`);
}

/** Cuts Markdown at a line, closes what the cut left open and says that the rest is in the artifact. */
export function capMarkdown(markdown: string, maxBytes: number): string {
  if (Buffer.byteLength(markdown) <= maxBytes) return markdown;
  const note =
    "**This summary is too long for GitHub and was cut here. The whole of it is in the run's artifacts.**";
  const kept: string[] = [];
  let bytes = Buffer.byteLength(note) + 1024;
  for (const line of markdown.split("\n")) {
    bytes += Buffer.byteLength(line) + 1 + closingCost(line);
    if (bytes > maxBytes) break;
    kept.push(line);
  }
  return [...kept, ...closing(kept), "", note].join("\n");
}

/** Room for the tag that will close this line's `<details>`, should the cut come inside it. */
function closingCost(line: string): number {
  return count(line, "<details") * "</details>\n".length;
}

function closing(lines: readonly string[]): string[] {
  const open: string[] = [];
  let fence: string | undefined;
  let details = 0;
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) {
      fence = mark;
      details += count(line, "<details") - count(line, "</details");
    } else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
  }
  if (fence !== undefined) open.push(fence);
  return [...open, ...Array<string>(Math.max(0, details)).fill("</details>")];
}

function count(line: string, part: string): number {
  return line.split(part).length - 1;
}
