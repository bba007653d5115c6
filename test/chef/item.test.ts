import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Item } from "../../src/chef/item.ts";

const text = `{
  "id": "prod",
  "2": "two", "1": "one",
  "big": 12345678901234567890, "small": 1.0,
  "mover": { "version": "2.2.13", "a/b": { "c~d": 1 } },
  "list": [ { "n": 1 } ]
}`;

const set = (
  pointer: string,
  value: string | number | boolean,
  of = text,
  create = false,
): string => {
  const item = new Item(of, "environments/prod");
  return item.with(item.changes({ [pointer]: value }, create));
};

describe("setting a value", () => {
  test("changes that value and not one byte beside it", () => {
    expect(set("/mover/version", "2.2.14")).toBe(text.replace("2.2.13", "2.2.14"));
    expect(set("/mover/a~1b/c~0d", true)).toBe(text.replace('"c~d": 1', '"c~d": true'));
    expect(set("/list/0/n", 2)).toBe(text.replace('"n": 1', '"n": 2'));
    expect(set("/2", "zwei")).toBe(text.replace('"two"', '"zwei"'));
  });

  test("says what was there and what will be, as JSON, and nothing where it is so already", () => {
    const item = new Item(text, "i");
    expect(
      item.changes({ "/mover/version": "2.2.13", "/small": 1, "/list/0/n": "1" }, false),
    ).toEqual([{ pointer: "/list/0/n", before: "1", after: '"1"' }]);
  });

  test("several at once", () => {
    const item = new Item(text, "i");
    const changed = item.with(
      item.changes({ "/1": "x", "/mover/version": "y", "/new": 'q"' }, true),
    );
    expect(JSON.parse(changed)).toEqual({
      ...(JSON.parse(text) as object),
      "1": "x",
      mover: { version: "y", "a/b": { "c~d": 1 } },
      new: 'q"',
    });
  });

  test("a new key leaves every byte beside it as it was", () => {
    expect(set("/new", 1, '{"id":"x"}', true)).toBe('{"id":"x", "new": 1}');
    expect(set("/a/new", "y", '{\t"a": {}}', true)).toBe('{\t"a": {"new": "y"}}');
  });

  test("a key that is not there is made only where that is said", () => {
    expect(JSON.parse(set("/mover/new", 1, text, true))).toMatchObject({
      mover: { version: "2.2.13", new: 1 },
    });
    expect(() => set("/mover/versoin", 1)).toThrow(
      /there is no "versoin" in \/mover; did you mean "version"/,
    );
    expect(() => set("/muver/version", 1, text, true)).toThrow(/there is no "muver" in \//);
  });

  test("any value comes back as it was given, whatever else the item holds", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (rest, value) => {
        const of = JSON.stringify({ ...rest, target: "x" });
        const changed = JSON.parse(set("/target", value, of)) as Record<string, unknown>;
        expect(changed).toEqual({ ...(JSON.parse(of) as object), target: value });
      }),
    );
  });
});

describe("is refused", () => {
  test.each([
    ["a path through a single value", "/id/x", /has a string at \/id, and nothing is below that/],
    ["a path to a whole object", "/mover", /has a whole object at \/mover/],
    ["a place that a list does not have", "/list/1", /there is no "1" in \/list/],
    ["a word for a place in a list", "/list/n", /there is no "n" in \/list/],
  ])("%s", (_, pointer, says) => {
    expect(() => set(pointer, "x", text, true)).toThrow(says);
  });

  test.each([
    ["what is no JSON", "{ 'a': 1 }", /is no JSON/],
    ["a comment", '{ /* x */ "a": 1 }', /is no JSON/],
    ["nothing", "", /is no JSON/],
    ["a list", "[]", /is no JSON object/],
    ["a key that stands twice", '{ "a": { "b": 1, "b": 2 } }', /holds the key "b" twice/],
    [
      "an encrypted item",
      '{ "id": "x", "password": { "encrypted_data": "…", "iv": "…", "version": 1, "cipher": "aes-256-cbc" } }',
      /is encrypted \(password\)/,
    ],
    [
      "an item that was encrypted by the oldest of Chef's ways",
      JSON.stringify({ id: "x", password: `${"abcDEF123+/=".slice(0, 10)}==\n` }),
      /is encrypted \(password\)/,
    ],
  ])("%s", (_, of, says) => {
    expect(() => new Item(of, "b/i")).toThrow(says);
  });
});

test("two items are the same whatever the order of their keys, and not when a number is written otherwise", () => {
  const same = (one: string, other: string): boolean =>
    new Item(one, "i").sameAs(new Item(other, "i"));
  expect(same('{"a":1,"b":{"c":[1,2]}}', '{ "b": {"c":[1, 2]}, "a": 1 }')).toBe(true);
  expect(same('{"a":12345678901234567890}', '{"a":12345678901234567891}')).toBe(false);
  expect(same('{"a":[1,2]}', '{"a":[2,1]}')).toBe(false);
});
