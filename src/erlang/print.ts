import type { Term } from "./term.ts";

const plainAtom = /^[a-z][A-Za-z0-9_@]*$/;
const reserved = new Set(
  "after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let maybe not of or orelse receive rem try when xor".split(
    " ",
  ),
);

/** Writes a term for people: text as text, one line, never longer than `maxLength` characters. */
export function printTerm(term: Term, maxLength = 400): string {
  const pieces: string[] = [];
  let left = maxLength;
  const full = !write(term, (piece) => {
    pieces.push(piece);
    left -= piece.length;
    return left >= 0;
  });
  const text = pieces.join("");
  return full || text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text;
}

/** Takes a piece; false when there is no room for more. */
type Put = (piece: string) => boolean;

function write(term: Term, put: Put): boolean {
  switch (term.type) {
    case "atom":
      return put(printAtom(term.name));
    case "integer":
      return put(String(term.value));
    case "float":
      return put(printFloat(term.value));
    case "opaque":
      return put(term.text);
    case "binary":
      return writeBinary(term.bytes, put);
    case "tuple":
      return put("{") && writeAll(term.items, put) && put("}");
    case "map":
      return put("#{") && writeEntries(term.entries, put) && put("}");
    case "list":
      return writeList(term.items, term.tail, put);
  }
}

function writeAll(items: readonly Term[], put: Put): boolean {
  return items.every((item, index) => (index === 0 || put(", ")) && write(item, put));
}

function writeEntries(entries: readonly (readonly [Term, Term])[], put: Put): boolean {
  return entries.every(
    ([key, value], index) =>
      (index === 0 || put(", ")) && write(key, put) && put(" => ") && write(value, put),
  );
}

function writeList(items: readonly Term[], tail: Term | undefined, put: Put): boolean {
  const text = tail === undefined && items.length > 0 ? charactersOf(items) : undefined;
  if (text !== undefined) return put(quote(text, '"'));
  if (!put("[") || !writeAll(items, put)) return false;
  return (tail === undefined || (put(" | ") && write(tail, put))) && put("]");
}

function writeBinary(bytes: Uint8Array, put: Put): boolean {
  const text = textOfBytes(bytes);
  if (text !== undefined) {
    return put(
      text === "" ? "<<>>" : `<<${quote(text, '"')}${/[^ -~]/.test(text) ? "/utf8" : ""}>>`,
    );
  }
  if (!put("<<")) return false;
  return bytes.every((byte, index) => put(index === 0 ? `${byte}` : `,${byte}`)) && put(">>");
}

/** The text of a list of characters or of a UTF-8 binary; `undefined` when it is none. */
export function textOf(term: Term): string | undefined {
  if (term.type === "binary") return textOfBytes(term.bytes);
  return term.type === "list" && term.tail === undefined ? charactersOf(term.items) : undefined;
}

function charactersOf(items: readonly Term[]): string | undefined {
  let text = "";
  for (const item of items) {
    if (item.type !== "integer" || !isPrintable(item.value)) return undefined;
    text += String.fromCodePoint(Number(item.value));
  }
  return text;
}

function textOfBytes(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    for (const character of text)
      if (!isPrintable(BigInt(character.codePointAt(0) ?? 0))) return undefined;
    return text;
  } catch {
    return undefined;
  }
}

function isPrintable(point: bigint): boolean {
  if (point === 9n || point === 10n || point === 13n) return true;
  return (point >= 32n && point < 127n) || (point >= 160n && point < 0xd800n) || isHigh(point);
}

function isHigh(point: bigint): boolean {
  return point > 0xdfffn && point <= 0x10ffffn && point !== 0xfffen && point !== 0xffffn;
}

function printAtom(name: string): string {
  return plainAtom.test(name) && !reserved.has(name) ? name : quote(name, "'");
}

function printFloat(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return value.toFixed(1);
  const [mantissa = "0", exponent] = String(value).split("e");
  const fraction = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? fraction : `${fraction}e${exponent}`;
}

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text: string, mark: string): string {
  const escaped = text.replace(/[\\'"\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === "\\" || character === mark) return `\\${character}`;
    if (character === '"' || character === "'") return character;
    return named[character] ?? `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return mark + escaped + mark;
}
