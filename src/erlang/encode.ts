/** What can be written into an Erlang expression as a literal. */
export type Encodable = string | number | bigint | boolean | readonly Encodable[];

/** The value has no Erlang literal: nothing may be sent in its place. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
}

/**
 * Writes a value as an Erlang literal of printable ASCII, so that it can neither end the expression
 * that it stands in nor move the cursor of the shell that it is typed into.
 */
export function encodeErlang(value: Encodable): string {
  if (typeof value === "string") return encodeString(value);
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "object") return `[${value.map(encodeErlang).join(",")}]`;
  return String(value);
}

function encodeString(value: string): string {
  let literal = '"';
  for (const character of value) literal += encodeCharacter(character);
  return `${literal}"`;
}

function encodeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (character === '"' || character === "\\") return `\\${character}`;
  if (point >= 0x20 && point < 0x7f) return character;
  if (point >= 0xd800 && point <= 0xdfff) {
    throw new EncodeError(
      `half a surrogate pair (U+${point.toString(16)}) is no character in Erlang; correct the value`,
    );
  }
  return `\\x{${point.toString(16)}}`;
}

function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new EncodeError(`${value} is no number in Erlang; correct it`);
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa = "0", exponent] = String(value).split("e");
  const fraction = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? fraction : `${fraction}e${exponent}`;
}
