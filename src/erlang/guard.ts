import { compareTerms, restOf } from "./compare.ts";
import { readScalar } from "./parse.ts";
import type { Scanner } from "./scanner.ts";
import type { Term } from "./term.ts";

/** What a pattern's variables stand for. */
export type Bindings = ReadonlyMap<string, Term>;

/** Answers the value of a part of a guard; `undefined` where Erlang would raise, which fails the guard. */
export type Guard = (bindings: Bindings) => Term | undefined;

const yes: Term = { type: "atom", name: "true" };
const no: Term = { type: "atom", name: "false" };
const maxGuardDepth = 100;

const truth = (value: boolean): Term => (value ? yes : no);
const isYes = (term: Term | undefined): boolean => term?.type === "atom" && term.name === "true";
const isBoolean = (term: Term): boolean =>
  isYes(term) || (term.type === "atom" && term.name === "false");
const isOpaque = (kind: string) => (term: Term) => term.type === "opaque" && term.kind === kind;
const isType =
  (...types: Term["type"][]) =>
  (term: Term) =>
    types.includes(term.type);

const tests: Readonly<Record<string, (term: Term) => boolean>> = {
  is_atom: isType("atom"),
  is_binary: isType("binary"),
  is_bitstring: (term) => term.type === "binary" || isOpaque("bitstring")(term),
  is_boolean: isBoolean,
  is_float: isType("float"),
  is_function: isOpaque("fun"),
  is_integer: isType("integer"),
  is_list: isType("list"),
  is_map: isType("map"),
  is_number: isType("integer", "float"),
  is_pid: isOpaque("pid"),
  is_port: isOpaque("port"),
  is_reference: isOpaque("reference"),
  is_tuple: isType("tuple"),
};

const comparisons: Readonly<Record<string, (left: Term, right: Term) => boolean>> = {
  "=:=": (left, right) => compareTerms(left, right, true) === 0,
  "=/=": (left, right) => compareTerms(left, right, true) !== 0,
  "==": (left, right) => compareTerms(left, right) === 0,
  "/=": (left, right) => compareTerms(left, right) !== 0,
  "=<": (left, right) => compareTerms(left, right) <= 0,
  ">=": (left, right) => compareTerms(left, right) >= 0,
  "<": (left, right) => compareTerms(left, right) < 0,
  ">": (left, right) => compareTerms(left, right) > 0,
};

const integer = (value: number | bigint): Term => ({ type: "integer", value: BigInt(value) });

type Call = (first: Term, second: Term) => Term | undefined;

const oneArgument: Readonly<Record<string, Call>> = {
  length: (list) =>
    list.type === "list" && list.tail === undefined ? integer(list.items.length) : undefined,
  tuple_size: (tuple) => (tuple.type === "tuple" ? integer(tuple.items.length) : undefined),
  byte_size: (binary) => (binary.type === "binary" ? integer(binary.bytes.length) : undefined),
  map_size: (map) => (map.type === "map" ? integer(map.entries.length) : undefined),
  size: (term) => {
    if (term.type === "tuple") return integer(term.items.length);
    return term.type === "binary" ? integer(term.bytes.length) : undefined;
  },
  hd: (list) => (list.type === "list" ? list.items[0] : undefined),
  tl: (list) => (list.type === "list" && list.items.length > 0 ? restOf(list, 1) : undefined),
  abs: (number) => {
    if (number.type === "float") return { type: "float", value: Math.abs(number.value) };
    if (number.type !== "integer") return undefined;
    return number.value < 0n ? integer(-number.value) : number;
  },
  not: (term) => (isBoolean(term) ? truth(!isYes(term)) : undefined),
};

const twoArguments: Readonly<Record<string, Call>> = {
  element: (position, tuple) => {
    if (position.type !== "integer" || tuple.type !== "tuple") return undefined;
    return tuple.items[Number(position.value) - 1];
  },
};

/** Reads what stands behind `when`: alternatives by `;`, conditions by `,`. */
export function readGuard(scanner: Scanner, variables: ReadonlySet<string>): Guard {
  const alternatives: Guard[][] = [];
  do {
    const conditions: Guard[] = [];
    do conditions.push(readOr({ scanner, variables, depth: 0 }));
    while (scanner.accept(","));
    alternatives.push(conditions);
  } while (scanner.accept(";"));
  return (bindings) =>
    truth(alternatives.some((all) => all.every((condition) => isYes(condition(bindings)))));
}

interface Reading {
  readonly scanner: Scanner;
  readonly variables: ReadonlySet<string>;
  readonly depth: number;
}

function acceptWord({ scanner }: Reading, word: RegExp): string | undefined {
  scanner.peek();
  return scanner.take(word)?.[0];
}

function readOr(reading: Reading): Guard {
  let left = readAnd(reading);
  let word = acceptWord(reading, /or(?:else)?\b/y);
  while (word !== undefined) {
    left = combine(left, readAnd(reading), word === "orelse", true);
    word = acceptWord(reading, /or(?:else)?\b/y);
  }
  return left;
}

function readAnd(reading: Reading): Guard {
  let left = readComparison(reading);
  let word = acceptWord(reading, /and(?:also)?\b/y);
  while (word !== undefined) {
    left = combine(left, readComparison(reading), word === "andalso", false);
    word = acceptWord(reading, /and(?:also)?\b/y);
  }
  return left;
}

function combine(left: Guard, right: Guard, short: boolean, decides: boolean): Guard {
  return (bindings) => {
    const first = left(bindings);
    if (first === undefined || !isBoolean(first)) return undefined;
    if (short) return isYes(first) === decides ? first : right(bindings);
    const second = right(bindings);
    if (second === undefined || !isBoolean(second)) return undefined;
    return isYes(first) === decides ? first : second;
  };
}

function readComparison(reading: Reading): Guard {
  const left = readSum(reading);
  const name = acceptWord(reading, /=:=|=\/=|==|\/=|=<|>=|<(?!<)|>/y);
  const compare = name === undefined ? undefined : comparisons[name];
  if (compare === undefined) return left;
  const right = readSum(reading);
  return (bindings) => {
    const [first, second] = [left(bindings), right(bindings)];
    return first && second && truth(compare(first, second));
  };
}

function readSum(reading: Reading): Guard {
  let left = readOperand(reading);
  let sign = acceptWord(reading, /[-+*]/y);
  while (sign !== undefined) {
    left = calculate(left, readOperand(reading), sign);
    sign = acceptWord(reading, /[-+*]/y);
    if (sign === "*") reading.scanner.fail("a guard's product must stand in parentheses");
  }
  return left;
}

function calculate(left: Guard, right: Guard, sign: string): Guard {
  return (bindings) => {
    const [first, second] = [left(bindings), right(bindings)];
    if (first?.type === "integer" && second?.type === "integer") {
      return integer(apply(first.value, second.value, sign));
    }
    if (first === undefined || second === undefined) return undefined;
    if (!("value" in first) || !("value" in second)) return undefined;
    return { type: "float", value: apply(Number(first.value), Number(second.value), sign) };
  };
}

function apply<N extends number | bigint>(left: N, right: N, sign: string): N;
function apply(left: number, right: number, sign: string): number {
  if (sign === "*") return left * right;
  return sign === "+" ? left + right : left - right;
}

function readOperand(outer: Reading): Guard {
  const reading = { ...outer, depth: outer.depth + 1 };
  const { scanner } = reading;
  if (reading.depth > maxGuardDepth) scanner.fail("the guard is nested too deep");
  if (scanner.accept("(")) return readParenthesis(reading);
  const name = scanner.variable();
  if (name !== undefined) return readVariable(reading, name);
  if (acceptWord(reading, /not\b/y)) return callOf([readOperand(reading)], oneArgument["not"]);
  const called = acceptWord(reading, /[a-z]\w*(?=\s*\()/y);
  if (called !== undefined) return readCall(reading, called);
  if (scanner.accept("[")) return readEmpty(scanner, "]", { type: "list", items: [] });
  if (scanner.accept("{")) return readEmpty(scanner, "}", { type: "tuple", items: [] });
  const literal = readScalar(scanner);
  return () => literal;
}

function readEmpty(scanner: Scanner, end: string, term: Term): Guard {
  scanner.expect(end, "in a guard: only empty lists and tuples can stand here");
  return () => term;
}

function readParenthesis(reading: Reading): Guard {
  const inner = readOr(reading);
  reading.scanner.expect(")", "in the guard");
  return inner;
}

function readVariable({ scanner, variables }: Reading, name: string): Guard {
  if (!variables.has(name)) {
    scanner.position -= name.length;
    scanner.fail(`the variable ${name} of the guard is not in the pattern`);
  }
  return (bindings) => bindings.get(name);
}

function readCall(reading: Reading, name: string): Guard {
  const { scanner } = reading;
  const test = tests[name];
  const calls = oneArgument[name] ?? twoArguments[name];
  if (name === "not" || (test === undefined && calls === undefined)) {
    scanner.position -= name.length;
    scanner.fail(`${name} cannot be used in a guard`);
  }
  scanner.expect("(", `after ${name}`);
  const wanted = name in twoArguments ? 2 : 1;
  const values: Guard[] = [];
  do values.push(readOr(reading));
  while (scanner.accept(","));
  scanner.expect(")", `after the arguments of ${name}`);
  if (values.length !== wanted)
    scanner.fail(`${name} takes ${wanted} argument${wanted > 1 ? "s" : ""}`);
  return callOf(values, test === undefined ? calls : (term) => truth(test(term)));
}

function callOf(values: readonly Guard[], call: Call | undefined): Guard {
  return (bindings) => {
    const [first, second] = values.map((value) => value(bindings));
    if (first === undefined || (values.length > 1 && second === undefined)) return undefined;
    return call?.(first, second ?? first);
  };
}
