/** One input of the action's contract, as action.yml declares it. */
export interface InputDefinition {
  readonly description: string;
  readonly required?: true;
  readonly default?: string;
}

/** Every input of the action. action.yml is held against this list, both ways. */
export const inputDefinitions = {
  phase: {
    description:
      "Phase to execute, by its id in the runbook; `plan` shows the whole plan and `resolve` records a ruling.",
    required: true,
  },
  environment: {
    description: "Environment to act on; must be the one that the inventory names.",
    required: true,
  },
  runbook: {
    description: "Runbook file.",
    default: "runbooks/org-migration/runbook.yml",
  },
  inventory: {
    description: "Inventory file. Empty: inventory/<environment>.yml.",
  },
  vars: {
    description:
      "Variables that override the inventory's and the runbook's, as a YAML or JSON map.",
  },
  "plan-digest": {
    description: "Digest of the approved plan; the phase is refused when its own plan differs.",
  },
  "ssh-private-key": {
    description: "Private key (OpenSSH or PEM) that opens the hosts. Empty: the SSH agent's keys.",
  },
  "ssh-passphrase": {
    description: "Passphrase of ssh-private-key.",
  },
  "known-hosts": {
    description:
      "Host keys in the format of known_hosts. A host without one is never connected to.",
  },
  "github-token": {
    description: "Token that reads the environment's protection and earlier runs.",
    default: "${{ github.token }}",
  },
  "dry-run": {
    description: "true: check every step and change nothing.",
    default: "false",
  },
  "accept-data-loss": {
    description: "Number of rows that a rollback or reset may lose. Empty: none.",
  },
  "keep-503": {
    description: "true: a rollback leaves writes answering 503.",
    default: "false",
  },
  secrets: {
    description: "Secrets that the runbook declares, as a YAML or JSON map of name to value.",
  },
  step: {
    description: "Step that a ruling is about, or `downtime` (phase resolve).",
  },
  ruling: {
    description:
      "What a person found out about that step, done or not-done; or a longer budget for the downtime, such as budget=3h (phase resolve).",
  },
  reason: {
    description: "Why: kept in the journal with a ruling, a takeover or a rollback.",
  },
} as const satisfies Readonly<Record<string, InputDefinition>>;

/** The name of an input, as in a workflow's `with:`. */
export type InputName = keyof typeof inputDefinitions;

/** The names in the order of the contract. */
export const inputNames = Object.keys(inputDefinitions) as readonly InputName[];
