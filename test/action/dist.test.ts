import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "../..");

interface Ended {
  readonly status: number | null;
  readonly log: string;
  readonly outputs: string;
  readonly summary: string;
}

/** Runs the bundle as GitHub's runner does: its own process, inputs in the environment, files for what it answers. */
async function runBundle(inputs: Readonly<Record<string, string>>, cwd = root): Promise<Ended> {
  const temp = mkdtempSync(join(tmpdir(), "bundle-"));
  onTestFinished(() => rmSync(temp, { recursive: true }));
  const [output, summary] = [join(temp, "output"), join(temp, "summary")];
  for (const file of [output, summary]) writeFileSync(file, "");
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name}`, value]);
  const child = spawn(process.execPath, [join(root, "dist/index.js")], {
    cwd,
    env: {
      ...Object.fromEntries(given),
      PATH: process.env["PATH"],
      GITHUB_ACTIONS: "true",
      GITHUB_RUN_ID: "1",
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
    },
  });
  let log = "";
  child.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const read = (file: string): string => readFileSync(file, "utf8");
  return { status, log, outputs: read(output), summary: read(summary) };
}

const runbook = "runbooks/org-migration/runbook.yml";

test("the plan needs no secret and no host, and is the same each time", async () => {
  const inputs = { PHASE: "plan", ENVIRONMENT: "prod", RUNBOOK: runbook };
  const [first, second] = await Promise.all([runBundle(inputs), runBundle(inputs)]);
  expect(first.status, first.log).toBe(0);
  const digest = /^plan-digest<<(\S+)\n([0-9a-f]{64})\n\1$/m;
  expect(digest.exec(first.outputs)?.[2]).toBe(digest.exec(second.outputs)?.[2]);
  expect(first.outputs).toMatch(digest);
  for (const words of ["make deploy", "mover_manager:create_account_dets().", "api3"])
    expect(first.summary).toContain(words);
  expect(first.summary).toBe(second.summary);
});

test("the bundle finds its parts from any working directory", async () => {
  const inputs = {
    PHASE: "plan",
    ENVIRONMENT: "pre-prod",
    RUNBOOK: join(root, runbook),
    INVENTORY: join(root, "inventory/pre-prod.yml"),
  };
  const { status, log } = await runBundle(inputs, tmpdir());
  expect(status, log).toBe(0);
});

test("wrong inputs are all told at once, in the annotation and in the summary", async () => {
  const inputs = { PHASE: "", ENVIRONMENT: "pre/prod", RUNBOOK: runbook, "DRY-RUN": "yes" };
  const { status, log, outputs, summary } = await runBundle(inputs);
  expect(status).toBe(3);
  expect(outputs).toMatch(/^outcome<<(\S+)\nrefused\n\1$/m);
  for (const words of ["phase: is required", "environment: may hold", "dry-run: must be true or"]) {
    expect(log).toContain(words);
    expect(summary).toContain(words);
  }
});
