import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A step as far as these tests look at it. */
export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** A job as far as these tests look at it. */
export interface Job {
  readonly needs?: readonly string[];
  readonly environment?: string;
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

/** A workflow as far as these tests look at it. */
export interface Workflow {
  readonly "run-name": string;
  readonly on: {
    readonly workflow_dispatch?: {
      readonly inputs: Readonly<
        Record<string, { readonly type: string; readonly required?: boolean }>
      >;
    };
  };
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: {
    readonly group: string;
    readonly "cancel-in-progress": boolean | string;
  };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Loads one of the repository's workflows, so that the tests hold the very files that GitHub runs. */
export function loadWorkflow(name: string): Workflow {
  return parse(readWorkflow(name)) as Workflow;
}

/** The text of a workflow, for what YAML does not keep: the comments behind pins. */
export function readWorkflow(name: string): string {
  return readFileSync(`.github/workflows/${name}`, "utf8");
}
