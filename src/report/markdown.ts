import { formatNumber } from "./format.ts";
import { safeLines } from "./gateway.ts";

/**
 * A part of a page that may be shortened: `lines` can be cut from the end, `head` and `tail` belong to it
 * whatever is left, so that a cut never leaves a table without its header or a fold open.
 */
export interface Block {
  readonly head: readonly string[];
  readonly lines: readonly string[];
  readonly tail: readonly string[];
}

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** Text that nobody vouches for, as one line of Markdown in which nothing of it is markup. */
export function md(text: string, maxLength = 300): string {
  const line = cap(oneLine(text, maxLength), maxLength).trim();
  return line === "" ? "–" : escapeMarkdown(line);
}

/** The same in a fixed font, for names, commands and values. */
export function code(text: string, maxLength = 200): string {
  const line = cap(oneLine(text, maxLength), maxLength).trim();
  if (line === "") return "–";
  return /[`|<>&\\]|::|##\[/.test(line) ? `<code>${escapeMarkdown(line)}</code>` : `\`${line}\``;
}

/** Text as it stands, line by line; `<pre>` because no text can break out of it once `<` is escaped. */
export function pre(lines: readonly string[], maxLength = 500): Block {
  const shown = lines
    .flatMap((line) => line.split(lineBreak))
    .map((line) => escapeHtml(cap(exact(line.slice(0, maxLength * 4)), maxLength)));
  return { head: ["<pre>"], lines: shown, tail: ["</pre>"] };
}

/**
 * Text as it stands, readable in the file as well as on the page: nothing in a fence is markup, and the fence is longer
 * than any row of backticks in it. What a runner would take for a workflow command is broken up.
 */
export function fence(lines: readonly string[], maxLength = 500): Block {
  const shown = lines
    .flatMap((line) => line.split(lineBreak))
    .map((line) => cap(exact(line.slice(0, maxLength * 4)), maxLength))
    .map((line) => line.replace(/^\s*:(?=:)/, "$& ").replaceAll("##[", "## ["));
  const ticks = shown.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length);
  const mark = "`".repeat(Math.max(3, ...ticks.map((length) => length + 1)));
  return { head: [mark], lines: shown, tail: [mark] };
}

/** A table; its cells are Markdown already. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): Block {
  const alignments = columns.map((_, index) => alignment(rows.map((cells) => cells[index] ?? "")));
  return { head: [row(columns), row(alignments)], lines: rows.map(row), tail: [] };
}

/** A list; its items are Markdown already. */
export function list(items: readonly string[]): Block {
  return { head: [], lines: items.map((item) => `- ${item}`), tail: [] };
}

/** A heading or a paragraph; already Markdown. */
export function paragraph(...lines: readonly string[]): Block {
  return { head: [], lines, tail: [] };
}

/** Folds a block away under a title that says what is in it. */
export function details(title: string, block: Block): Block {
  return {
    head: ["<details>", `<summary>${title}</summary>`, "", ...block.head],
    lines: block.lines,
    tail: [...block.tail, "", "</details>"],
  };
}

/** Puts text before a block without letting a cut part them. */
export function titled(title: string, block: Block): Block {
  return { ...block, head: [title, "", ...block.head] };
}

/** Joins blocks to a page of at most `maxBytes`; what is too long is cut where it is longest, and says so. */
export function page(blocks: readonly Block[], maxBytes: number): string {
  const sizes = blocks.map((block) => bytes(render(block)));
  const overhead = 2 * blocks.length;
  const share = fairShare(sizes, maxBytes - overhead);
  return `${blocks.map((block) => shorten(block, share)).join("\n\n")}\n`;
}

/** The largest size that every block may have so that all of them together fit. */
function fairShare(sizes: readonly number[], room: number): number {
  let left = room;
  const ascending = [...sizes].sort((a, b) => a - b);
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.MAX_SAFE_INTEGER;
}

const noteRoom = 120;

function shorten(block: Block, maxBytes: number): string {
  if (bytes(render(block)) <= maxBytes) return render(block);
  let room = maxBytes - bytes([...block.head, ...block.tail].join("\n")) - noteRoom;
  let kept = 0;
  for (const line of block.lines) {
    room -= bytes(line) + 1;
    if (room < 0) break;
    kept += 1;
  }
  const cut = render({ ...block, lines: block.lines.slice(0, kept) });
  return `${cut}\n\n… ${formatNumber(block.lines.length - kept)} more lines are left out here; the journal has all of them.`;
}

function render(block: Block): string {
  return [...block.head, ...block.lines, ...block.tail].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Numbers stand to the right, so that their digits stand below each other. */
function alignment(cells: readonly string[]): string {
  return cells.every((cell) =>
    /^(?:–|\d[\d,.]*(?:%|\/s)?|[\d.]+ (?:s|min|h|d)(?: \d+ \w+)?)$/.test(cell),
  )
    ? "---:"
    : "---";
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

function oneLine(text: string, maxLength: number): string {
  // What is far beyond the cap cannot be seen anyway, and cleaning it would cost time.
  const lines = text.slice(0, maxLength * 8 + 1000).split(lineBreak);
  const line = lines
    .map((part) => exact(part).trim())
    .filter((part) => part !== "")
    .join(" · ");
  return text.length > maxLength * 8 + 1000 ? line.padEnd(maxLength + 1, "…") : line;
}

/**
 * Cleaned by the gateway, but with `::` and `##[` as they were: a command has to be readable exactly, and
 * here both are made harmless by escaping. The gateway sees pieces in which neither can occur.
 */
function exact(line: string): string {
  return line
    .split(/(?=[:[])/)
    .map((piece) => safeLines(piece, { maxLength: Number.MAX_SAFE_INTEGER }).join(" "))
    .join("");
}

function cap(line: string, maxLength: number): string {
  if (line.length <= maxLength) return line;
  return `${line.slice(0, Math.max(0, maxLength - 1)).toWellFormed()}…`;
}

const htmlEntities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escapeHtml(text: string): string {
  return text
    .replaceAll(/[&<>]/g, (character) => htmlEntities[character] ?? character)
    .replaceAll(/:(?=:)/g, "&#58;")
    .replaceAll("##[", "##&#91;");
}

/** What could be markup, a link, a mention or a formula; an underscore within a word is none. */
const markup =
  /[&<>|`*~[\]\\$]|^#|#(?=[\w#])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=:|\/\/|$)|^:|(?<=[\w.+-])@|(?<=\bwww)\.|^[-+=]|(?<=^\d+)[.)]/gi;

/** Entities are never read as markup, in a table or elsewhere. */
function escapeMarkdown(line: string): string {
  return line.replaceAll(markup, (character) => htmlEntities[character] ?? entity(character));
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
