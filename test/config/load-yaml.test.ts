import { join } from "node:path";
import { expect, test } from "vitest";
import { loadYaml, parseYaml } from "../../src/config/load-yaml.ts";
import { folderOf, problemsOf } from "./write-file.ts";

const laughs = `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
`;

const rows: readonly [title: string, text: string, problem: RegExp][] = [
  ["the same key twice", "a: 1\nb: 2\na: 3\n", /^f\.yml:3:1: the key `a` stands twice$/],
  ["a bomb of aliases", laughs, /^f\.yml:1:1: aliases do not resolve: excessive alias count/],
  ["an alias without its anchor", "a: 1\nb: *c\n", /^f\.yml:\d:\d: .*alias/],
  ["a tab as indentation", "a:\n\tb: 1\n", /^f\.yml:2:1: .*tab/i],
  ["an unclosed quote", 'a: "x\n', /^f\.yml:\d:\d: .*quote/i],
  ["two documents", "a: 1\n---\nb: 1\n", /^f\.yml:\d:\d: .*document/],
];

test.each(rows)("%s is one problem with its place", (_, text, problem) => {
  const folder = folderOf({ "f.yml": text });
  const problems = problemsOf(() => loadYaml(join(folder, "f.yml")), folder);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test("two duplicate keys are two problems", () => {
  const folder = folderOf({ "f.yml": "a: 1\na: 2\nb: 1\nb: 2\n" });
  expect(problemsOf(() => loadYaml(join(folder, "f.yml")), folder)).toEqual([
    "f.yml:2:1: the key `a` stands twice",
    "f.yml:4:1: the key `b` stands twice",
  ]);
});

test("a file that is not there is named", () => {
  const folder = folderOf({});
  expect(problemsOf(() => loadYaml(join(folder, "no.yml")), folder)).toEqual([
    "no.yml:1:1: there is no such file",
  ]);
});

test("a file over the limit is refused before it is parsed", () => {
  const folder = folderOf({ "f.yml": `a: ${"x".repeat(1024 * 1024)}\n` });
  expect(problemsOf(() => loadYaml(join(folder, "f.yml")), folder)).toEqual([
    "f.yml:1:1: the file has 1048580 bytes, more than 1048576",
  ]);
});

test("a part is found through an alias, and what is missing at the nearest part above", () => {
  const source = parseYaml("a: &a\n  x: 1\nb: *a\nc: [1, 2]\n", "f.yml");
  expect(source.at(["b", "x"])).toEqual({ file: "f.yml", line: 2, column: 6 });
  expect(source.at(["b", "x"], "key")).toEqual({ file: "f.yml", line: 2, column: 3 });
  expect(source.at(["b"])).toEqual({ file: "f.yml", line: 3, column: 4 });
  expect(source.at(["c", 1])).toEqual({ file: "f.yml", line: 4, column: 8 });
  expect(source.at(["c", 5, "y"])).toEqual({ file: "f.yml", line: 4, column: 4 });
  expect(source.existing(["c", 5, "y"])).toEqual(["c"]);
});
