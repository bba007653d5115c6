import { globSync, readFileSync } from "node:fs";

/** Every page that a reader can come to. */
export const pages: readonly string[] = ["README.md", ...globSync("docs/**/*.md").sort()];

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page, without the indentation that a list gives them. */
export function blocksOf(page: string): readonly Block[] {
  const fences = /^( *)```([a-z]*)\n([\s\S]*?)^\1```$/gm;
  return [...readFileSync(page, "utf8").matchAll(fences)].map(
    ([, indent = "", language = "", text = ""]) => ({
      page,
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** A page without its fenced blocks: in them nothing is a link or a heading. */
export function proseOf(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
}

/** The text below a heading, up to the next one of the same or a higher level. */
export function sectionOf(page: string, heading: string): string {
  const lines = readFileSync(page, "utf8").split("\n");
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`${page} has no heading "${heading}"`);
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const end = lines.findIndex(
    (line, index) => index > start && (/^(#+) /.exec(line)?.[1]?.length ?? 7) <= level,
  );
  return lines.slice(start, end === -1 ? lines.length : end).join("\n");
}
