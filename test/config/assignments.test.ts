import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSecrets, parseVars } from "../../src/config/assignments.ts";
import { ConfigError } from "../../src/config/problem.ts";

test.each([
  [
    "lines",
    "workers=40\n# a comment\n\nec_target=@2.4.0=x\n",
    { workers: "40", ec_target: "@2.4.0=x" },
  ],
  [
    "YAML",
    "workers: 40\nec_target: '@2.4.0'\nquiet: true\n",
    { workers: 40, ec_target: "@2.4.0", quiet: true },
  ],
  ["JSON", '{"workers": 40, "a": "b=c"}', { workers: 40, a: "b=c" }],
  ["nothing", "  \n", {}],
])("vars from %s", (_, text, vars) => {
  expect(parseVars(text)).toEqual(vars);
});

test.each([
  [
    "a list",
    "[1, 2]",
    "input vars: expected a YAML or JSON map of name to value, or NAME=value lines",
  ],
  [
    "bare text",
    "workers",
    "input vars: expected a YAML or JSON map of name to value, or NAME=value lines",
  ],
  ["a nested map", "a: 1\nb: { c: 1 }", "input vars:2:4: b: expected text, a number or true/false"],
  ["a line twice", "a=1\na=2", "a: stands twice in the input"],
  ["a key twice", "a: 1\na: 2", "input vars:2:1: the key `a` stands twice"],
])("vars refuse %s", (_, text, message) => {
  expect(() => parseVars(text)).toThrow(new ConfigError([{ path: "", message }]).message);
});

test.each([
  ["lines", "redis_password=p=q #x\n", { redis_password: "p=q #x" }],
  [
    "YAML, digits and words as they stand",
    "a: 0123\nb: 5e3\nc: null\nd: true\n",
    { a: "0123", b: "5e3", c: "null", d: "true" },
  ],
  ["JSON", '{"a": "x\\ny"}', { a: "x\ny" }],
  ["nothing", "", {}],
])("secrets from %s", (_, text, secrets) => {
  expect(parseSecrets(text)).toEqual(secrets);
});

const hidden = "hunter2Zx";
test.each([
  ["an alias", `password: *${hidden}`],
  ["a tag", `password: !${hidden} x`],
  ["a second colon", `password: ${hidden}: ${hidden}`],
  ["an open quote", `password: "${hidden}`],
  ["a percent", `password: %${hidden}\n@${hidden}`],
  ["a list", `- ${hidden}`],
  ["bare text", hidden],
  ["two documents", `a: ${hidden}\n---\nb: ${hidden}`],
  ["a nested map", `password: { x: ${hidden} }`],
  ["the same name twice", `password=${hidden}\npassword=${hidden}`],
  ["the same key twice", `password: ${hidden}\npassword: ${hidden}`],
])("an error about secrets never shows one: %s", (_, text) => {
  let caught: unknown;
  try {
    parseSecrets(text);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(ConfigError);
  expect(
    caught instanceof Error && [caught.message, caught.stack, JSON.stringify(caught)].join(),
  ).not.toContain(hidden);
});

test("any value survives as a quoted YAML scalar and, on one line, as an assignment", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(parseSecrets(JSON.stringify({ name: value }))).toEqual({ name: value });
      fc.pre(!/[\r\n]/.test(value));
      expect(parseSecrets(`name=${value}`)).toEqual({ name: value });
    }),
    { numRuns: 200 },
  );
});
