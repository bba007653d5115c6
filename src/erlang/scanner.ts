/** Text that is not an Erlang term; `offset` is where reading stopped. */
export class TermError extends Error {
  override readonly name: string = "TermError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(`${message} at offset ${offset}`);
    this.offset = offset;
  }
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  r: 13,
  t: 9,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  s: 32,
  d: 127,
};

const atomShape = /[a-zß-öø-ÿ][\w@À-ÖØ-öø-ÿ]*/uy;
const wideAtomShape = /\p{Ll}[\p{L}\p{N}_@]*/uy;
const variableShape = /[\p{Lu}_][\p{L}\p{N}_@]*/uy;
const numberShape = /[-+]?(?:(\d+)#([0-9a-zA-Z]+)|\d+\.\d+(?:[eE][-+]?\d+)?|\d+)/y;
const blankShape = /(?:\s|%[^\n]*)+/y;

/** Reads the smallest parts of Erlang text, so that terms and patterns agree on what they are. */
export class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next character that is not blank; empty at the end. */
  peek(): string {
    const code = this.text.charCodeAt(this.position);
    if (code <= 32 || code === 37 || code > 126) this.take(blankShape);
    return this.text.charAt(this.position);
  }

  /** Steps over `mark` if it comes next. */
  accept(mark: string): boolean {
    this.peek();
    if (!this.text.startsWith(mark, this.position)) return false;
    this.position += mark.length;
    return true;
  }

  expect(mark: string, where: string): void {
    if (!this.accept(mark)) this.fail(`expected "${mark}" ${where}`);
  }

  fail(problem: string): never {
    const rest = this.text.slice(this.position, this.position + 20);
    if (rest.startsWith("..."))
      throw new TermError("the term was cut where it was printed", this.position);
    const found = rest === "" ? "the end of the text" : JSON.stringify(rest);
    throw new TermError(`${problem}, found ${found}`, this.position);
  }

  take(shape: RegExp): RegExpExecArray | undefined {
    shape.lastIndex = this.position;
    const found = shape.exec(this.text);
    if (found !== null) this.position = shape.lastIndex;
    return found ?? undefined;
  }

  atom(): string | undefined {
    if (this.peek() === "'") return textFromPoints(this.quoted("'"));
    return (this.take(atomShape) ?? this.take(wideAtomShape))?.[0];
  }

  variable(): string | undefined {
    this.peek();
    return this.take(variableShape)?.[0];
  }

  number(): bigint | number | undefined {
    this.peek();
    const found = this.take(numberShape);
    if (found === undefined) return undefined;
    const [text, base, digits] = found;
    if (base !== undefined && digits !== undefined) return this.#based(text, Number(base), digits);
    return text.includes(".") ? Number(text) : BigInt(text.replace("+", ""));
  }

  #based(text: string, base: number, digits: string): bigint {
    let value = 0n;
    for (const digit of digits) {
      const worth = Number.parseInt(digit, 36);
      if (base < 2 || base > 36 || worth >= base)
        this.fail(`"${text}" is no number of base ${base}`);
      value = value * BigInt(base) + BigInt(worth);
    }
    return text.startsWith("-") ? -value : value;
  }

  /** A character after `$`. */
  character(): number {
    this.position += 1;
    return this.#point();
  }

  /** Code points between two quotes. */
  quoted(quote: '"' | "'"): number[] {
    const start = this.position;
    const points: number[] = [];
    this.position += 1;
    while (this.text.charAt(this.position) !== quote) {
      if (this.position >= this.text.length) {
        throw new TermError(`the ${quote} is not closed that opened`, start);
      }
      points.push(this.#point());
    }
    this.position += 1;
    return points;
  }

  #point(): number {
    const point = this.text.codePointAt(this.position);
    if (point === undefined) this.fail("expected a character");
    this.position += point > 0xffff ? 2 : 1;
    return point === 92 ? this.#escape() : point;
  }

  #escape(): number {
    const hex = this.take(/x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/y);
    if (hex !== undefined) return this.#inUnicode(Number.parseInt(hex[1] ?? hex[2] ?? "", 16));
    const octal = this.take(/[0-7]{1,3}/y);
    if (octal !== undefined) return Number.parseInt(octal[0], 8);
    const control = this.take(/\^([@-_a-z])/y);
    if (control !== undefined) return (control[1] ?? "").charCodeAt(0) & 31;
    const point = this.text.codePointAt(this.position);
    if (point === undefined) this.fail("expected a character after \\");
    this.position += point > 0xffff ? 2 : 1;
    return escapes[String.fromCodePoint(point)] ?? point;
  }

  #inUnicode(point: number): number {
    if (point > 0x10ffff) this.fail(`\\x{${point.toString(16)}} is no character`);
    return point;
  }
}

/** A string of any length from its code points: spreading a long array overflows the stack. */
export function textFromPoints(points: readonly number[]): string {
  let text = "";
  for (const point of points) text += String.fromCodePoint(point);
  return text;
}
