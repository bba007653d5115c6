/** What YAML reads as itself without quotes: words, and signs that mean nothing to it inside of them. */
const plain = /^[\p{L}/](?:[\p{L}\p{N} ,.;'`()/_=-]*[\p{L}\p{N}.()/])?$/u;
const otherwiseRead = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
/** What JSON leaves as it is, and YAML does not print or takes as the end of a line. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/gu;

/** A text as one YAML scalar: bare where that is safe, else in double quotes. */
export function scalar(text: string): string {
  if (plain.test(text) && !otherwiseRead.test(text)) return text;
  return JSON.stringify(text).replace(unprintable, escapeOf);
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A text that people read, where GitHub would evaluate an expression in it. */
export function label(text: string): string {
  return scalar(text.replaceAll("${{", "${{ '${{' }}"));
}

const width = 100;

/** A text as lines of a comment, none of which can end it. */
export function comment(text: string): string {
  const lines: string[] = [];
  let line = "#";
  for (const word of oneLine(text).split(" ")) {
    if (line !== "#" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

/** Everything that could end a line becomes a blank. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, " ").trim();
}

/** An id as people say it: `restore-data-bags` is "Restore data bags". */
export function spoken(id: string): string {
  const words = id.split("-").filter(Boolean).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Lines moved to the right; empty ones stay empty. */
export function indent(columns: number, text: string): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}

/** Parts of a file one below the other, without those that are not wanted. */
export function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("\n");
}
