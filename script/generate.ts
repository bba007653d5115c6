import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "../src/config/json-schema.ts";
import { baselineSchema, inventorySchema } from "../src/inventory/schema.ts";
import { failuresSchema, runbookSchema } from "../src/runbook/schema.ts";
import { faultPage } from "./fault-table.ts";
import { withActionTables } from "./readme-tables.ts";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Files that are written from the code, whole or in part, so that editors and readers know what the code knows. */
const generated: Readonly<Record<string, (present: string) => string>> = {
  "runbook.schema.json": () => json(toJsonSchema(runbookSchema, "Runbook")),
  "inventory.schema.json": () => json(toJsonSchema(inventorySchema, "Inventory")),
  "failures.schema.json": () => json(toJsonSchema(failuresSchema, "Failure rules of a runbook")),
  "known-failures.schema.json": () =>
    json(toJsonSchema(baselineSchema, "Known failures of an environment")),
  "README.md": withActionTables,
  "docs/faults.md": faultPage,
};

const root = join(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const stale: string[] = [];

for (const [name, make] of Object.entries(generated)) {
  const file = join(root, name);
  const present = existsSync(file) ? readFileSync(file, "utf8") : "";
  const text = make(present);
  if (present === text) continue;
  if (check) stale.push(name);
  else writeFileSync(file, text);
}

if (stale.length > 0) {
  console.error(
    `stale: ${stale.join(", ")}. Next: node script/generate.ts, then commit what it wrote.`,
  );
  process.exitCode = 1;
}
