import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "../src/config/json-schema.ts";
import { baselineSchema, inventorySchema } from "../src/inventory/schema.ts";
import { failuresSchema, runbookSchema } from "../src/runbook/schema.ts";

/** Files that are written from the code, so that editors know what the code knows. */
const generated: Readonly<Record<string, () => unknown>> = {
  "runbook.schema.json": () => toJsonSchema(runbookSchema, "Runbook"),
  "inventory.schema.json": () => toJsonSchema(inventorySchema, "Inventory"),
  "failures.schema.json": () => toJsonSchema(failuresSchema, "Failure rules of a runbook"),
  "known-failures.schema.json": () =>
    toJsonSchema(baselineSchema, "Known failures of an environment"),
};

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const stale: string[] = [];

for (const [name, make] of Object.entries(generated)) {
  const file = join(root, name);
  const text = `${JSON.stringify(make(), null, 2)}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (check) stale.push(name);
  else writeFileSync(file, text);
}

if (stale.length > 0) {
  console.error(
    `stale: ${stale.join(", ")}. Next: node script/generate.ts, then commit what it wrote.`,
  );
  process.exitCode = 1;
}
