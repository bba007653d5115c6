import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { safeLine } from "../report/gateway.ts";
import { loadRunbook } from "../runbook/load-runbook.ts";
import { compare } from "../workflow/compare.ts";
import type { Found } from "../workflow/compare.ts";
import { isGeneratedFrom } from "../workflow/file.ts";
import { workflowsOf } from "../workflow/workflows.ts";
import type { WorkflowFile } from "../workflow/workflows.ts";
import { command } from "./command.ts";
import { planOptions } from "./plan-options.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const { runbook } = planOptions;

/** `workflow`: the workflows of a runbook, written or held against those that are there. */
export const workflow = command({
  summary: "write the GitHub workflows of a runbook",
  usage: "[[--runbook] FILE] [--out DIR] [--prefixed] [--check | --force]",
  about: [
    "Writes one workflow for the chain, with a job for each phase, one for each phase that is dispatched on its own (rollback, reset, restore), and one for rulings. Phases, titles, times and inputs come from the runbook; gates, permissions and pinned actions are the same everywhere. Start it in the repository's folder, commit what it writes, and run it again when the runbook changes.",
    "The chain's file is called after the runbook, the others after their phase: rollback.yml. In a repository with several runbooks --prefixed puts the runbook's name before it: NAME-rollback.yml.",
    "Only files that were generated from the same runbook are overwritten. Whoever wants to edit one removes the comment at its top; it is then left alone, unless --force is given.",
  ],
  options: {
    runbook,
    out: { value: "DIR", about: "folder of the workflows", default: ".github/workflows" },
    prefixed: { about: "put the runbook's name before the names of all files" },
    check: { about: "write nothing; show what differs, and exit with 1 if anything does" },
    force: { about: "overwrite also what was not generated from this runbook" },
  },
  operand: "runbook",
  examples: ["workflow", "workflow runbooks/org-migration/runbook.yml --check"],
  run(values, terminal) {
    if (values.check && values.force)
      throw new UsageError("--check writes nothing, so there is nothing to --force");
    const file = inRepository(values.runbook, terminal);
    const loaded = loadRunbook(values.runbook);
    const wanted = workflowsOf({ runbook: loaded, file, prefixed: values.prefixed });
    refuseTwice(wanted);
    const folder = look(values.out, wanted, file);
    if (values.check) return check(folder, terminal);
    write(folder, values.force, terminal);
    return 0;
  },
});

interface Compared extends WorkflowFile {
  readonly path: string;
  readonly found: Found;
}

interface Folder {
  readonly path: string;
  readonly runbookFile: string;
  readonly files: readonly Compared[];
  /** What was generated from this runbook once, and would not be now. */
  readonly leftOver: readonly string[];
}

/** Where the workflows find the runbook in their checkout. */
function inRepository(file: string, terminal: Terminal): string {
  const path = relative(process.cwd(), resolve(file)).split(sep).join("/");
  if (!isAbsolute(path) && !path.startsWith("../")) return path;
  terminal.tell(
    `${safeLine(file)} lies outside of this folder, so a checkout will not have it: start this in the repository's folder\n`,
  );
  return file;
}

function refuseTwice(wanted: readonly WorkflowFile[]): void {
  const twice = wanted.find(({ name }, index) =>
    wanted.slice(0, index).some((other) => other.name === name),
  );
  if (twice !== undefined)
    throw new Error(
      `two workflows of this runbook would be ${twice.name}; call the phase or the runbook otherwise, or give --prefixed`,
    );
}

function look(path: string, wanted: readonly WorkflowFile[], runbookFile: string): Folder {
  const files = wanted.map((one) => {
    const place = join(path, one.name);
    return { ...one, path: place, found: compare(one, textOf(place), runbookFile) };
  });
  const leftOver = namesIn(path)
    .filter((name) => /\.ya?ml$/.test(name) && !wanted.some((one) => one.name === name))
    .map((name) => join(path, name))
    .filter((place) => isGeneratedFrom(textOf(place) ?? "", runbookFile));
  return { path, runbookFile, files, leftOver };
}

function namesIn(folder: string): readonly string[] {
  return ifThere(() => readdirSync(folder).sort()) ?? [];
}

function textOf(path: string): string | undefined {
  return ifThere(() => readFileSync(path, "utf8"));
}

function ifThere<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function check({ files, leftOver }: Folder, terminal: Terminal): number {
  const differing = files.filter(({ found }) => found.kind !== "same");
  for (const { path, found } of files) {
    terminal.write(`${path}: ${visible(said(found))}`);
    if (!("difference" in found)) continue;
    for (const line of found.difference) terminal.write(`  ${visible(line)}`);
  }
  for (const path of leftOver) terminal.write(`${path}: ${noLonger}`);
  if (differing.length === 0 && leftOver.length === 0) return 0;
  terminal.tell("Next: run this without --check, and look at what changed\n");
  return 1;
}

/** A line of somebody's file, as a terminal may show it; its indentation says where it stands. */
function visible(line: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be shown
  return line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}

const noLonger = "was generated from this runbook, which has no such workflow any more; delete it";

function said(found: Found): string {
  switch (found.kind) {
    case "missing":
      return "missing";
    case "same":
      return "as generated";
    case "outdated":
      return "differs from what is generated, in";
    case "foreign":
      return `${found.from === undefined ? "is not generated" : `is generated from ${found.from}`}, and differs in`;
  }
}

function write({ path, files, leftOver }: Folder, force: boolean, terminal: Terminal): void {
  if (!force) refuseForeign(files);
  mkdirSync(path, { recursive: true });
  for (const { path: place, text, found } of files) {
    if (found.kind !== "same") writeFileSync(place, text);
    terminal.write(`${place}: ${found.kind === "same" ? "unchanged" : "written"}`);
  }
  for (const place of leftOver) terminal.write(`${place}: ${noLonger}`);
}

/** All or nothing: a folder half of which is new would be harder to judge than one that is old. */
function refuseForeign(files: readonly Compared[]): void {
  const foreign = files.flatMap(({ path, found }) =>
    found.kind === "foreign" ? [{ path, from: found.from }] : [],
  );
  if (foreign.length === 0) return;
  const lines = foreign.map(({ path, from }) =>
    from === undefined
      ? `${path} was not generated, or somebody took it over`
      : `${path} was generated from ${from}`,
  );
  const others = foreign.some(({ from }) => from !== undefined);
  const next = others
    ? "give --prefixed, so that this runbook's files have names of their own; or --force to overwrite them"
    : "move them away, or give --force to overwrite them";
  throw new Error([...lines, `nothing was written. Next: ${next}`].join("\n"));
}
