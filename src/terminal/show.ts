import { writeFileSync } from "node:fs";
import { parseVars } from "../config/assignments.ts";
import { RefusedError } from "../execute/request.ts";
import { documentOf } from "../plan/document.ts";
import { runbookMarkdown } from "../report/runbook-markdown.ts";
import { loadRunbook } from "../runbook/load-runbook.ts";
import { command } from "./command.ts";
import { planOptions } from "./plan-options.ts";

const { runbook, vars } = planOptions;

/** `show`: the runbook itself, for people who know it as a page. */
export const show = command({
  summary: "render a runbook as a page for people",
  usage: "[--runbook FILE] [--out FILE] [--vars MAP]",
  about: [
    "Writes the runbook as one Markdown page: variables, secrets, the roles it wants, and every phase with its steps in order: what each is called, where it acts, the exact command, expression or requests, its check, what it expects, and what a person does if that does not hold. Where downtime starts and ends and the point of no return stand at the top, too; phases that are dispatched on their own stand apart.",
    "It needs no inventory and connects to nothing: roles stand where hosts would, and variables have their defaults. A variable without a default stands as <name>; where it says how long something takes, give it with --vars. For the hosts and values of an environment, see plan.",
  ],
  options: {
    runbook,
    out: { value: "FILE", about: "file to write the page to, instead of the terminal" },
    vars: { ...vars, about: "values instead of the runbook's defaults, as a YAML or JSON map" },
  },
  examples: ["show", "show --runbook docs/examples/api.yml", "show --out runbook.md"],
  run(values, terminal) {
    const page = runbookMarkdown(documentOf(loadRunbook(values.runbook), parseVars(values.vars)));
    if (values.out === undefined) terminal.write(page.trimEnd());
    else {
      put(values.out, page);
      terminal.write(`${values.runbook}: written to ${values.out}`);
    }
    return 0;
  },
});

function put(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new RefusedError(`${file} cannot be written (${why})`, "name another file with --out");
  }
}
