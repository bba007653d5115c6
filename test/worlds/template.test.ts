import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const run = promisify(execFile);
const source = join(import.meta.dirname, "../../worlds/real/template.ts");

let directory: string;
let ingredient: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "template-test-"));
  ingredient = join(directory, "ingredient");
  writeFileSync(ingredient, "one");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Makes the template in a process of its own, as another test run does; it takes a while and can fail on the way. */
async function make(fails = false): Promise<string> {
  const script = `
    const { template } = await import(${JSON.stringify(source)});
    const { writeFileSync } = await import("node:fs");
    const folder = await template("parts", [${JSON.stringify(ingredient)}], async (draft) => {
      writeFileSync(draft + "/first", "1");
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (${fails}) throw new Error("on purpose");
      writeFileSync(draft + "/second", "2");
    });
    console.log(folder);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, TMPDIR: directory },
  });
  return stdout.trim();
}

function left(): string[] {
  const base = readdirSync(directory).find((name) => name.startsWith("runbook-phase-templates-"));
  return base === undefined ? [] : readdirSync(join(directory, base));
}

test("many makers at once get one whole folder and leave nothing beside it", async () => {
  const folders = await Promise.all([make(), make(), make(), make()]);
  expect(new Set(folders).size).toBe(1);
  expect(readFileSync(join(folders[0] ?? "", "second"), "utf8")).toBe("2");
  expect(left()).toHaveLength(1);
});

test("what goes in has changed: another folder is made", async () => {
  const before = await make();
  writeFileSync(ingredient, "two");
  expect(await make()).not.toBe(before);
});

test("a maker that fails leaves nothing, and the next one makes it", async () => {
  await expect(make(true)).rejects.toThrow("on purpose");
  expect(left()).toEqual([]);
  expect(readdirSync(await make()).toSorted()).toEqual(["first", "second"]);
});

test("a folder that others can write into is refused", async () => {
  const base = join(directory, `runbook-phase-templates-${process.getuid?.() ?? 0}`);
  mkdirSync(base, { mode: 0o777 });
  await run("chmod", ["777", base]);
  await expect(make()).rejects.toThrow("belongs to somebody else");
});
