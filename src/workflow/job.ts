import { pins } from "./pins.ts";
import { indent, join, label, scalar } from "./quote.ts";

/** One job: a phase, or what the action does around the phases. */
export interface Job {
  readonly id: string;
  readonly title: string;
  /** What a reader of the file should know of it. */
  readonly comment?: string | undefined;
  readonly needs?: readonly string[];
  /** Runs whatever became of the jobs before. */
  readonly always?: true;
  /** The environment that gates it and has its secrets; without one it gets none. */
  readonly environment?: string;
  readonly minutes: number;
  readonly permissions: string;
  /** What is handed on to later jobs. */
  readonly outputs?: string;
  /** Inputs of the action beside those that every job hands over, right behind the environment. */
  readonly first?: string | undefined;
  /** And behind the variables. */
  readonly last?: string | undefined;
  /** False for the job that acts on nothing, so that it has no journal. */
  readonly journal?: false;
}

const runner = "${{ inputs.runner || vars.RUNBOOK_RUNNER || 'ubuntu-latest' }}";

const secrets = `\
ssh-private-key: \${{ secrets.SSH_PRIVATE_KEY }}
ssh-passphrase: \${{ secrets.SSH_PASSPHRASE }}
known-hosts: \${{ vars.KNOWN_HOSTS || secrets.KNOWN_HOSTS }}
secrets: \${{ secrets.RUNBOOK_SECRETS }}`;

/** A job as it stands under \`jobs\`. */
export function jobText(job: Job): string {
  const body = join(
    job.comment,
    `name: ${label(job.title)}`,
    job.needs && `needs: [${job.needs.map(scalar).join(", ")}]`,
    job.always && "if: always()",
    `runs-on: ${runner}`,
    job.environment && `environment: ${job.environment}`,
    `timeout-minutes: ${job.minutes}`,
    job.permissions,
    job.outputs && join("outputs:", indent(2, job.outputs)),
    "steps:",
    indent(2, steps(job)),
  );
  return indent(2, join(`${scalar(job.id)}:`, indent(2, body)));
}

function steps(job: Job): string {
  const given = join(
    `phase: ${scalar(job.id)}`,
    "environment: ${{ inputs.environment }}",
    job.first,
    "runbook: ${{ inputs.runbook }}",
    "vars: ${{ inputs.vars }}",
    job.last,
    job.environment && secrets,
  );
  return `\
- uses: ${pins.checkout}
  with:
    persist-credentials: false
- id: phase
  name: ${label(job.title)}
  uses: ${pins.phase}
  with:
${indent(4, given)}
- uses: ${pins.uploadArtifact}
  if: always()
  with:
    name: ${job.id}-\${{ inputs.environment }}-\${{ github.run_attempt }}
${indent(4, kept(job))}`;
}

function kept({ journal }: Job): string {
  if (journal === false) return "path: ${{ runner.temp }}/runbook-phase/**";
  return `\
path: |
  \${{ steps.phase.outputs.journal }}
  \${{ runner.temp }}/runbook-phase/**`;
}

/** The permissions of a job's token, which has none else. */
export function permissions(...granted: readonly string[]): string {
  return join("permissions:", ...granted.map((one) => `  ${one}`));
}
