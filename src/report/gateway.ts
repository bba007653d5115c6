// oxlint-disable no-control-regex -- control characters are what this file is about
/** What the gateway needs to know beside the text itself. */
export interface GatewayOptions {
  /** Values that must never be shown. A value of several lines is also masked line by line. */
  readonly secrets?: readonly string[];
  /** Characters kept of a line, the note about the rest included. */
  readonly maxLength?: number;
}

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Terminal sequences: colours and cursor moves (CSI), titles and links (OSC and its kin), two-byte escapes. */
const terminalSequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-Z\\^-~]/g;
/** Invisible characters that reorder, hide or join what stands around them. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * The one way for text from a host, console, log or API into a log, a summary or a page: it comes out as
 * lines in which nothing is a secret, a control character or a workflow command, and none is too long.
 * `::` comes out as `: :` and `##[` as `## [`, wherever they stand; a reader sees what was there.
 */
export function safeLines(text: string, options: GatewayOptions = {}): string[] {
  const mask = masker(options.secrets ?? []);
  const maxLength = options.maxLength ?? 1000;
  return mask(text)
    .split(lineBreak)
    .map((line) => cap(neutralise(mask(visible(line))), maxLength));
}

/** One line from text that may hold several, for a table cell or the end of a sentence. */
export function safeLine(text: string, options: GatewayOptions = {}): string {
  const { maxLength, ...rest } = options;
  const lines = safeLines(text, { ...rest, maxLength: Number.MAX_SAFE_INTEGER });
  return cap(lines.filter((line) => line.trim() !== "").join(" · "), maxLength ?? 1000);
}

/** The values to mask for a set of secrets: each whole, and each line of one that has several. */
export function maskedValues(secrets: readonly string[]): string[] {
  const values = secrets.flatMap((secret) => [secret, secret.trim(), ...secretLines(secret)]);
  return [...new Set(values)]
    .filter((value) => value.trim() !== "")
    .sort((a, b) => b.length - a.length);
}

function secretLines(secret: string): string[] {
  const lines = secret.split(lineBreak).map((line) => line.trim());
  // The armour of a key is no secret, and masking two letters would blot out half of every log.
  return lines.length === 1
    ? []
    : lines.filter((line) => line.length > 2 && !line.startsWith("-----"));
}

function masker(secrets: readonly string[]): (text: string) => string {
  const values = maskedValues(secrets);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, "***"), text);
}

function visible(line: string): string {
  return line
    .toWellFormed()
    .replaceAll(terminalSequence, "")
    .replaceAll("\t", "  ")
    .replaceAll(invisible, "")
    .replaceAll(control, picture);
}

/** The printable picture of a control character: `␀` for NUL, `␡` for DEL, `�` where there is none. */
function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

function neutralise(line: string): string {
  return line.replaceAll(/:(?=:)/g, ": ").replaceAll("##[", "## [");
}

function cap(line: string, maxLength: number): string {
  if (line.length <= maxLength) return line;
  const note = ` … (${line.length} characters)`;
  return line.slice(0, Math.max(0, maxLength - note.length)).toWellFormed() + note;
}
