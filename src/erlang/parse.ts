import { Scanner, textFromPoints } from "./scanner.ts";
import type { Term } from "./term.ts";

export { TermError } from "./scanner.ts";

/** Deeper nesting than any answer has; beyond it the text is refused instead of exhausting the stack. */
export const maxDepth = 1000;

const opaqueShape = /#(Fun|Ref|Port)<[^<>\s]*>/y;
const pidShape = /<\d+\.\d+\.\d+>/y;
const externalFunShape = /fun\s+(?:'(?:[^'\\]|\\.)*'|[\w@]+):(?:'(?:[^'\\]|\\.)*'|[\w@]+)\/\d+/y;
const opaqueKinds = { Fun: "fun", Ref: "reference", Port: "port" } as const;
const smallIntegers: Term[] = Array.from({ length: 1024 }, (_, value) => ({
  type: "integer",
  value: BigInt(value),
}));

/** Reads what `~w` and `~p` print, so that an answer is judged as a term and not as text. */
export function parseTerm(text: string): Term {
  const scanner = new Scanner(text);
  const term = readTerm(scanner, 0);
  scanner.accept(".");
  if (scanner.peek() !== "") scanner.fail("expected nothing after the term");
  return term;
}

function readTerm(scanner: Scanner, depth: number): Term {
  if (depth > maxDepth) scanner.fail(`the term is nested more than ${maxDepth} deep`);
  switch (scanner.peek()) {
    case "[":
      return readList(scanner, depth);
    case "{":
      return readTuple(scanner, depth);
    case "#":
      return scanner.text.charAt(scanner.position + 1) === "{"
        ? readMap(scanner, depth)
        : readOpaque(scanner);
    default:
      return readScalar(scanner);
  }
}

/** Reads what holds no other term: also the literals of patterns. */
export function readScalar(scanner: Scanner): Term {
  switch (scanner.peek()) {
    case '"':
      return { type: "list", items: readStrings(scanner).map(toInteger) };
    case "$":
      return toInteger(scanner.character());
    case "<":
      return scanner.text.charAt(scanner.position + 1) === "<"
        ? readBinary(scanner)
        : readPid(scanner);
    default:
      return readNumberOrAtom(scanner);
  }
}

function readNumberOrAtom(scanner: Scanner): Term {
  const number = scanner.number();
  if (typeof number === "bigint") return toInteger(number);
  if (number !== undefined) return { type: "float", value: number };
  const fun = scanner.take(externalFunShape);
  if (fun !== undefined) return { type: "opaque", kind: "fun", text: fun[0] };
  const name = scanner.atom();
  if (name === undefined) scanner.fail("expected an Erlang term");
  return { type: "atom", name };
}

function toInteger(value: number | bigint): Term {
  const small = value >= 0 && value < 1024 ? smallIntegers[Number(value)] : undefined;
  return small ?? { type: "integer", value: BigInt(value) };
}

function readStrings(scanner: Scanner): number[] {
  const points = scanner.quoted('"');
  while (scanner.peek() === '"') for (const point of scanner.quoted('"')) points.push(point);
  return points;
}

function readItems(scanner: Scanner, depth: number, ends: string): Term[] {
  const items: Term[] = [];
  if (ends.includes(scanner.peek())) return items;
  do items.push(readTerm(scanner, depth + 1));
  while (scanner.accept(","));
  return items;
}

function readTuple(scanner: Scanner, depth: number): Term {
  scanner.accept("{");
  const items = readItems(scanner, depth, "}");
  scanner.expect("}", "at the end of the tuple");
  return { type: "tuple", items };
}

function readList(scanner: Scanner, depth: number): Term {
  scanner.accept("[");
  const items = readItems(scanner, depth, "]");
  const tail = items.length > 0 && scanner.accept("|") ? readTerm(scanner, depth + 1) : undefined;
  scanner.expect("]", "at the end of the list");
  return withTail(items, tail);
}

/** `[a | [b]]` is `[a, b]`. */
export function withTail(items: readonly Term[], tail: Term | undefined): Term {
  if (tail === undefined) return { type: "list", items };
  if (tail.type !== "list") return { type: "list", items, tail };
  return withTail([...items, ...tail.items], tail.tail);
}

function readMap(scanner: Scanner, depth: number): Term {
  scanner.accept("#{");
  const entries: [Term, Term][] = [];
  if (scanner.accept("}")) return { type: "map", entries };
  do {
    const key = readTerm(scanner, depth + 1);
    scanner.expect("=>", "after the key of a map");
    entries.push([key, readTerm(scanner, depth + 1)]);
  } while (scanner.accept(","));
  scanner.expect("}", "at the end of the map");
  return { type: "map", entries };
}

function readOpaque(scanner: Scanner): Term {
  const [text, name] = scanner.take(opaqueShape) ?? [];
  if (text === undefined) scanner.fail("expected an Erlang term");
  return { type: "opaque", kind: opaqueKinds[name as keyof typeof opaqueKinds], text };
}

function readPid(scanner: Scanner): Term {
  const pid = scanner.take(pidShape);
  if (pid === undefined) scanner.fail("expected a binary or a process identifier");
  return { type: "opaque", kind: "pid", text: pid[0] };
}

function readBinary(scanner: Scanner): Term {
  const start = scanner.position;
  scanner.accept("<<");
  const bytes: number[] = [];
  let bits = 0;
  if (scanner.peek() !== ">") {
    do bits += readSegment(scanner, bytes);
    while (scanner.accept(","));
  }
  scanner.expect(">>", "at the end of the binary");
  if (bits % 8 === 0) return { type: "binary", bytes: Uint8Array.from(bytes) };
  return { type: "opaque", kind: "bitstring", text: scanner.text.slice(start, scanner.position) };
}

/** Adds the bytes of one segment; answers its bits beyond whole bytes. */
function readSegment(scanner: Scanner, bytes: number[]): number {
  if (scanner.peek() === '"') {
    const points = readStrings(scanner);
    const wide = scanner.accept("/utf8");
    for (const byte of wide ? Buffer.from(textFromPoints(points)) : points) bytes.push(byte);
    if (!wide && points.some((point) => point > 255))
      scanner.fail("a character of a binary is over 255");
    return 0;
  }
  const value = scanner.number();
  if (typeof value !== "bigint" || value < 0n || value > 255n) {
    scanner.fail("expected a byte of a binary");
  }
  const size = scanner.take(/:(\d{1,2})/y)?.[1];
  bytes.push(Number(value));
  return size === undefined ? 0 : Number(size);
}
