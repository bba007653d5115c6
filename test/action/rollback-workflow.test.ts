import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { rollbackFileIn, rollbackFiles } from "../../src/action/rollback-workflow.ts";
import { textsOf } from "../workflow/source.ts";

function checkoutWith(...names: readonly string[]): string {
  const path = mkdtempSync(join(tmpdir(), "checkout-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  mkdirSync(join(path, ".github/workflows"), { recursive: true });
  for (const name of names) writeFileSync(join(path, ".github/workflows", name), "");
  return path;
}

describe("the workflow of a rollback", () => {
  it.each([
    [["back.yml", "shop-back.yml"], "shop-back.yml"],
    [["back.yml"], "back.yml"],
    [[], "back.yml"],
  ])("in a checkout with %j is %s", (names, expected) => {
    expect(rollbackFileIn(checkoutWith(...names), "shop", "back")).toBe(expected);
  });

  it("is called as it is generated", () => {
    const file = "runbooks/org-migration/runbook.yml";
    const [prefixed, plain] = rollbackFiles("org-migration", "rollback");
    expect(Object.keys(textsOf(file, { prefixed: true }))).toContain(prefixed);
    expect(Object.keys(textsOf(file))).toContain(plain);
  });
});
