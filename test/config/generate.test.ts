import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toJsonSchema } from "../../src/config/json-schema.ts";
import { runbookSchema, stepKinds } from "../../src/runbook/schema.ts";

test("the committed schemas are those of the code", () => {
  expect(
    execFileSync(process.execPath, ["script/generate.ts", "--check"], {
      encoding: "utf8",
      stdio: "pipe",
    }),
  ).toBe("");
});

test("the runbook's schema lists every kind of step, each strict, and every reference leads somewhere", () => {
  const schema = toJsonSchema(runbookSchema, "Runbook") as {
    $defs: Record<string, { additionalProperties?: boolean }>;
  };
  for (const key of Object.keys(stepKinds))
    expect(schema.$defs[`${key}-step`]?.additionalProperties).toBe(false);
  const references = [...JSON.stringify(schema).matchAll(/"#\/\$defs\/([^"]+)"/g)].map(
    ([, name]) => name ?? "",
  );
  expect(references.filter((name) => schema.$defs[name] === undefined)).toEqual([]);
});

test("the runbook names its schema where editors look for it", () => {
  const [first] = readFileSync("runbooks/org-migration/runbook.yml", "utf8").split("\n");
  expect(first).toBe("# yaml-language-server: $schema=../../runbook.schema.json");
});
