import { isSame, restOf } from "./compare.ts";
import { readGuard } from "./guard.ts";
import type { Bindings, Guard } from "./guard.ts";
import { readScalar } from "./parse.ts";
import { Scanner, TermError } from "./scanner.ts";
import type { Term } from "./term.ts";

/** The text is no pattern; `offset` is where reading stopped. */
export class PatternError extends TermError {
  override readonly name = "PatternError";
}

/** An Erlang pattern with its guard, as one would write it in a clause: `N when is_integer(N), N > 0`. */
export interface Pattern {
  readonly text: string;
  readonly shape: Shape;
  readonly guard?: Guard;
}

type Shape =
  | { readonly type: "any" }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "literal"; readonly term: Term }
  | { readonly type: "tuple"; readonly items: readonly Shape[] }
  | { readonly type: "list"; readonly items: readonly Shape[]; readonly tail?: Shape }
  | { readonly type: "map"; readonly entries: readonly (readonly [Term, Shape])[] }
  | { readonly type: "both"; readonly shapes: readonly Shape[] };

const maxPatternDepth = 100;

/** Reads a pattern; throws `PatternError` for what Erlang would not take as one. */
export function parsePattern(text: string): Pattern {
  try {
    return readPattern(text);
  } catch (error) {
    if (!(error instanceof TermError)) throw error;
    const problem = error.message.replace(/ at offset \d+$/, "");
    throw new PatternError(`not an Erlang term pattern: ${problem}`, error.offset);
  }
}

/** Whether a term is what the pattern expects, and what its variables are then. */
export function matches(pattern: Pattern, term: Term): { readonly bindings: Bindings } | undefined {
  const bindings = new Map<string, Term>();
  if (!fits(pattern.shape, term, bindings)) return undefined;
  if (pattern.guard === undefined) return { bindings };
  const answer = pattern.guard(bindings);
  return answer?.type === "atom" && answer.name === "true" ? { bindings } : undefined;
}

interface Reading {
  readonly scanner: Scanner;
  readonly variables: Set<string>;
}

function readPattern(text: string): Pattern {
  const reading: Reading = { scanner: new Scanner(text), variables: new Set() };
  const { scanner, variables } = reading;
  const shape = readShape(reading, 0);
  scanner.peek();
  const guard = scanner.take(/when\b/y) ? readGuard(scanner, variables) : undefined;
  if (scanner.peek() !== "") scanner.fail("expected nothing after the pattern");
  return guard === undefined ? { text, shape } : { text, shape, guard };
}

function readShape(reading: Reading, depth: number): Shape {
  const shapes = [readOne(reading, depth)];
  while (reading.scanner.accept("=")) shapes.push(readOne(reading, depth));
  const [first] = shapes;
  return first !== undefined && shapes.length === 1 ? first : { type: "both", shapes };
}

function readOne(reading: Reading, depth: number): Shape {
  const { scanner } = reading;
  if (depth > maxPatternDepth)
    scanner.fail(`the pattern is nested more than ${maxPatternDepth} deep`);
  if (scanner.accept("{")) return { type: "tuple", items: readShapes(reading, depth, "}") };
  if (scanner.accept("#{")) return readMap(reading, depth);
  if (scanner.accept("[")) return readList(reading, depth);
  if (scanner.accept("(")) return readParenthesis(reading, depth);
  const name = scanner.variable();
  if (name === undefined) return readLiteral(scanner);
  if (name === "_") return { type: "any" };
  reading.variables.add(name);
  return { type: "variable", name };
}

const keyword =
  /(?:after|and|andalso|band|begin|bnot|bor|bsl|bsr|bxor|case|catch|cond|div|end|fun|if|let|not|of|or|orelse|receive|rem|try|when|xor)\b(?!@)/y;

function readLiteral(scanner: Scanner): Shape {
  scanner.peek();
  const start = scanner.position;
  if (scanner.take(keyword)) {
    scanner.position = start;
    scanner.fail("expected a pattern");
  }
  const term = readScalar(scanner);
  if (term.type === "opaque") {
    scanner.position = start;
    scanner.fail("this cannot be matched; use a variable with a test such as is_pid");
  }
  return { type: "literal", term };
}

function readParenthesis(reading: Reading, depth: number): Shape {
  const shape = readShape(reading, depth + 1);
  reading.scanner.expect(")", "in the pattern");
  return shape;
}

function readShapes(reading: Reading, depth: number, end: string): Shape[] {
  const shapes: Shape[] = [];
  if (reading.scanner.accept(end)) return shapes;
  do shapes.push(readShape(reading, depth + 1));
  while (reading.scanner.accept(","));
  if (end !== "]") reading.scanner.expect(end, "in the pattern");
  return shapes;
}

function readList(reading: Reading, depth: number): Shape {
  const { scanner } = reading;
  if (scanner.accept("]")) return { type: "list", items: [] };
  const items = readShapes(reading, depth, "]");
  const tail = scanner.accept("|") ? readShape(reading, depth + 1) : undefined;
  scanner.expect("]", "at the end of the list");
  return tail === undefined ? { type: "list", items } : { type: "list", items, tail };
}

function readMap(reading: Reading, depth: number): Shape {
  const { scanner } = reading;
  const entries: [Term, Shape][] = [];
  if (scanner.accept("}")) return { type: "map", entries };
  do {
    const key = readScalar(scanner);
    scanner.expect(":=", "after the key of a map");
    entries.push([key, readShape(reading, depth + 1)]);
  } while (scanner.accept(","));
  scanner.expect("}", "at the end of the map");
  return { type: "map", entries };
}

function fits(shape: Shape, term: Term, bindings: Map<string, Term>): boolean {
  switch (shape.type) {
    case "any":
      return true;
    case "variable":
      return bind(shape.name, term, bindings);
    case "literal":
      return isSame(shape.term, term);
    case "both":
      return shape.shapes.every((each) => fits(each, term, bindings));
    case "tuple":
      return term.type === "tuple" && fitAll(shape.items, term.items, bindings, true);
    case "list":
      return fitsList(shape.items, shape.tail, term, bindings);
    case "map":
      return (
        term.type === "map" &&
        shape.entries.every(([key, value]) => {
          const entry = term.entries.find(([candidate]) => isSame(candidate, key));
          return entry !== undefined && fits(value, entry[1], bindings);
        })
      );
  }
}

function bind(name: string, term: Term, bindings: Map<string, Term>): boolean {
  const bound = bindings.get(name);
  if (bound !== undefined) return isSame(bound, term);
  bindings.set(name, term);
  return true;
}

function fitAll(
  shapes: readonly Shape[],
  terms: readonly Term[],
  bindings: Map<string, Term>,
  whole: boolean,
): boolean {
  if (whole ? shapes.length !== terms.length : shapes.length > terms.length) return false;
  return shapes.every((shape, index) => {
    const term = terms[index];
    return term !== undefined && fits(shape, term, bindings);
  });
}

function fitsList(
  items: readonly Shape[],
  tail: Shape | undefined,
  term: Term,
  bindings: Map<string, Term>,
): boolean {
  if (term.type !== "list") return false;
  if (tail === undefined)
    return term.tail === undefined && fitAll(items, term.items, bindings, true);
  return (
    fitAll(items, term.items, bindings, false) && fits(tail, restOf(term, items.length), bindings)
  );
}
