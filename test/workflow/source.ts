import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { workflowsOf } from "../../src/workflow/workflows.ts";
import type { Workflow } from "../workflows/workflow.ts";

/** A folder of the test's own. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "workflow-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** The workflows of a runbook file by the names of their files. */
export function textsOf(
  file: string,
  { as = file, prefixed = false } = {},
): Readonly<Record<string, string>> {
  const files = workflowsOf({ runbook: loadRunbook(file), file: as, prefixed });
  return Object.fromEntries(files.map(({ name, text }) => [name, text]));
}

/** A small runbook, with one phase more or less and titles of any kind. */
export function runbookWith(phases: string, head = "runbook: small\n"): string {
  const file = join(folder(), "runbook.yml");
  writeFileSync(file, `${head}phases:\n${phases}`);
  return file;
}

/** A phase that only looks. */
export function phase(id: string, more = "", step = ""): string {
  return `  - id: ${id}
${more}    steps:
      - id: look-${id.replaceAll('"', "")}
        on: web
        assert: echo here
        expect: here
${step}`;
}

export const opening = phase("preflight", "    round: opens\n");

/** Reads a workflow as GitHub does, and holds what no workflow may lack. */
export function validWorkflow(text: string): Workflow {
  const workflow = parse(text, { uniqueKeys: true, strict: true }) as Workflow;
  const inputs = Object.keys(workflow.on.workflow_dispatch?.inputs ?? {});
  const used = [...text.matchAll(/\binputs\.([\w-]+)/g)].map(([, name = ""]) => name);
  if (inputs.toSorted().join() !== [...new Set(used)].sort().join())
    throw new Error(`declared ${inputs.join()}, used ${used.join()}`);
  const before = new Set<string>();
  for (const [id, job] of Object.entries(workflow.jobs)) {
    if (!/^[A-Za-z_][\w-]*$/.test(id)) throw new Error(`${id} is no id of a job`);
    const strangers = (job.needs ?? []).filter((need) => !before.has(need));
    if (strangers.length > 0)
      throw new Error(`${id} needs ${strangers.join()}, which is not before`);
    if (!((job["timeout-minutes"] ?? 0) > 0)) throw new Error(`${id} never ends`);
    if (job.permissions === undefined) throw new Error(`${id} says no permissions`);
    const gated = job.environment !== undefined;
    if (!gated && JSON.stringify(job).includes("secrets."))
      throw new Error(`${id} has secrets and no gate`);
    before.add(id);
  }
  return workflow;
}
