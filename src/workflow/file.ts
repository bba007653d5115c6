import { comment, join, oneLine, scalar } from "./quote.ts";

/** What a workflow says before its jobs. */
export interface Workflow {
  /** The runbook's file, as the repository has it. */
  readonly file: string;
  readonly about: string;
  readonly name: string;
  readonly runName: string;
  /** The block `on`. */
  readonly on: string;
  /** What runs one after the other; what must wait for nothing has none. */
  readonly group?: { readonly name: string; readonly comment: string };
  readonly jobs: readonly string[];
}

const mark = /^# Generated from (.+) by `runbook-phase workflow`\.$/;

/** The whole text of a file. */
export function workflowText({ file, about, name, runName, on, group, jobs }: Workflow): string {
  const parts = [
    join(head(file), "#", comment(about), `name: ${scalar(name)}`, `run-name: ${runName}`),
    on,
    ...(group === undefined ? [] : [concurrency(group)]),
    "permissions: {}",
    join("jobs:", jobs.join("\n\n")),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Only files that begin so are ever overwritten. */
function head(file: string): string {
  return `\
# Generated from ${oneLine(file)} by \`runbook-phase workflow\`.
# Run it again when the runbook changes; a phase's \`timeout\` there decides how long its job may take.
# To edit this file by hand, remove these lines first: it is then yours, and not overwritten.`;
}

/** The runbook from which a file was generated; undefined for one that a person wrote or took over. */
export function generatedFrom(text: string): string | undefined {
  return mark.exec(text.split(/\r?\n/, 1)[0] ?? "")?.[1];
}

/** Whether a file was generated from this runbook, and so may be written anew. */
export function isGeneratedFrom(text: string, file: string): boolean {
  return generatedFrom(text) === oneLine(file);
}

function concurrency({ name, comment: why }: NonNullable<Workflow["group"]>): string {
  return `\
${comment(why)}
concurrency:
  group: ${name}-\${{ inputs.environment }}
  cancel-in-progress: false`;
}
