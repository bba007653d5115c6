import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { validate } from "../../src/inventory/validate.ts";
import { loadInventory } from "../../src/inventory/load-inventory.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { folderOf, problemsOf } from "../config/write-file.ts";

const shipped = "runbooks/org-migration";
const text = readFileSync(`${shipped}/runbook.yml`, "utf8");

type Tree = Record<string, unknown> | unknown[];
type Spot = { readonly parent: Tree; readonly key: string | number };

function spots(tree: unknown): Spot[] {
  if (typeof tree !== "object" || tree === null) return [];
  const parent = tree as Tree;
  return Object.entries(parent).flatMap(([name, child]) => {
    const key = Array.isArray(parent) ? Number(name) : name;
    return [{ parent, key }, ...spots(child)];
  });
}

const oddValue = fc.oneof(
  fc.constantFrom(
    null,
    "",
    0,
    -1,
    true,
    [],
    {},
    "${",
    "${nobody}",
    "constructor",
    "__proto__",
    [[]],
    "(",
    "{ok,",
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Puts odd values into some places of the shipped runbook, or takes what was there away. */
function damage(places: readonly { at: number; value: unknown; take: boolean }[]): string {
  const tree: unknown = parse(text, { maxAliasCount: 1_000 });
  const copy: unknown = structuredClone(JSON.parse(JSON.stringify(tree)));
  for (const { at, value, take } of places) {
    const all = spots(copy);
    const spot = all[at % all.length];
    if (spot === undefined) continue;
    if (take && Array.isArray(spot.parent)) spot.parent.splice(Number(spot.key), 1);
    else if (take) Reflect.deleteProperty(spot.parent, spot.key);
    else Reflect.set(spot.parent, spot.key, value);
  }
  return stringify(copy, { aliasDuplicateObjects: false });
}

test(
  "whatever is broken, the answer is a runbook or problems with their places",
  { timeout: 60_000 },
  () => {
    const inventory = loadInventory("inventory/pre-prod.yml");
    const failures = readFileSync(`${shipped}/failures.yml`, "utf8");
    const folder = folderOf({ "failures.yml": failures });
    const place = fc.record({ at: fc.nat(), value: oddValue, take: fc.boolean() });
    let refused = 0;
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 3 }), (places) => {
        const file = join(
          folderOf({ "runbook.yml": damage(places), "failures.yml": failures }),
          "runbook.yml",
        );
        const problems = problemsOf(() => validate(loadRunbook(file), inventory), folder);
        refused += problems.length > 0 ? 1 : 0;
        for (const problem of problems) expect(problem).toMatch(/\.yml:\d+:\d+: ./);
      }),
      { numRuns: 60 },
    );
    expect(refused).toBeGreaterThan(20);
  },
);
