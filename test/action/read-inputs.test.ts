import { describe, expect, it } from "vitest";
import { InputError, readInputs } from "../../src/action/read-inputs.ts";

const least = { INPUT_PHASE: "schema", INPUT_ENVIRONMENT: "pre-prod" };

function read(env: Record<string, string>): ReturnType<typeof readInputs> {
  return readInputs({ ...least, ...env }, () => undefined);
}

function problems(env: Record<string, string>): readonly string[] {
  try {
    readInputs(env, () => undefined);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe("readInputs", () => {
  it("needs only phase and environment; empty is absent and the rest has its default", () => {
    expect(read({ INPUT_REASON: " ", "INPUT_PLAN-DIGEST": "" })).toEqual({
      phase: "schema",
      environment: "pre-prod",
      runbook: "runbooks/org-migration/runbook.yml",
      inventory: "inventory/pre-prod.yml",
      vars: {},
      dryRun: false,
      keep503: false,
      secrets: {},
      masked: [],
    });
  });

  it("reads every input", () => {
    const inputs = read({
      INPUT_PHASE: " rollback ",
      INPUT_RUNBOOK: "other.yml",
      INPUT_INVENTORY: "hosts.yml",
      INPUT_VARS: '{"workers": 5, "db_user": "chef"}',
      "INPUT_PLAN-DIGEST": "abc",
      "INPUT_SSH-PRIVATE-KEY": "-----BEGIN X-----\r\nAAAA\r\n-----END X-----",
      "INPUT_SSH-PASSPHRASE": " two words \n",
      "INPUT_KNOWN-HOSTS": "host ssh-ed25519 AAAA\n",
      "INPUT_GITHUB-TOKEN": "token",
      "INPUT_DRY-RUN": "true",
      "INPUT_ACCEPT-DATA-LOSS": "12",
      "INPUT_KEEP-503": "true",
      INPUT_SECRETS: "db_password: 0123\n",
      INPUT_STEP: "deploy-schema",
      INPUT_RULING: "not-done",
      INPUT_REASON: "sqitch says so",
    });
    expect(inputs).toMatchObject({
      phase: "rollback",
      runbook: "other.yml",
      inventory: "hosts.yml",
      vars: { workers: 5, db_user: "chef" },
      planDigest: "abc",
      sshPrivateKey: "-----BEGIN X-----\nAAAA\n-----END X-----\n",
      sshPassphrase: " two words ",
      knownHosts: "host ssh-ed25519 AAAA",
      githubToken: "token",
      dryRun: true,
      acceptDataLoss: 12,
      keep503: true,
      secrets: { db_password: "0123" },
      step: "deploy-schema",
      ruling: "not-done",
      reason: "sqitch says so",
    });
  });

  it("reads a budget as a ruling", () => {
    const { ruling } = readInputs({ ...least, INPUT_RULING: "budget=90m" }, () => undefined);
    expect(ruling).toEqual({ budgetSeconds: 5400 });
  });

  it.each([
    ["a budget that is no duration", { INPUT_RULING: "budget=3 hours" }, "budget=DURATION"],
    ["no phase", { INPUT_PHASE: "" }, "phase: is required and is empty"],
    [
      "a boolean in another spelling",
      { "INPUT_DRY-RUN": "yes" },
      'dry-run: must be true or false, not "yes"',
    ],
    [
      "a boolean in capitals",
      { "INPUT_KEEP-503": "TRUE" },
      'keep-503: must be true or false, not "TRUE"',
    ],
    [
      "a negative loss",
      { "INPUT_ACCEPT-DATA-LOSS": "-1" },
      "accept-data-loss: must be a whole number",
    ],
    ["a fraction", { "INPUT_ACCEPT-DATA-LOSS": "1.5" }, "accept-data-loss: must be a whole number"],
    [
      "a hexadecimal loss",
      { "INPUT_ACCEPT-DATA-LOSS": "0x10" },
      "accept-data-loss: must be a whole number",
    ],
    [
      "a ruling in other words",
      { INPUT_RULING: "Done" },
      'ruling: must be done, not-done or budget=DURATION (such as budget=3h), not "Done"',
    ],
    ["a path as environment", { INPUT_ENVIRONMENT: "../prod" }, "environment: may hold letters"],
    ["variables that are a list", { INPUT_VARS: "[1]" }, "vars: expected a YAML or JSON map"],
    ["a misspelled input", { "INPUT_DRY-RNU": "true" }, "dry-rnu: there is no such input"],
  ])("refuses %s and names the input", (_title, env, message) => {
    expect(problems({ ...least, ...env })).toEqual([expect.stringContaining(message)]);
  });

  it("says every problem at once", () => {
    expect(problems({ "INPUT_DRY-RUN": "no" })).toHaveLength(3);
  });

  it("masks every secret, each line of the key too, even when another input is wrong", () => {
    const seen = new Set<string>();
    const env = {
      "INPUT_SSH-PRIVATE-KEY": "-----BEGIN X-----\nfirstline\nsecondline\n-----END X-----",
      "INPUT_SSH-PASSPHRASE": "phrase",
      "INPUT_GITHUB-TOKEN": "token",
      INPUT_SECRETS: "db_password: swordfish\nredis_password: 'a b'",
      "INPUT_DRY-RUN": "perhaps",
    };
    expect(() => readInputs({ ...least, ...env }, (secret) => seen.add(secret))).toThrow(
      InputError,
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(["firstline", "secondline", "phrase", "token", "swordfish", "a b"]),
    );
  });

  it("masks a malformed map of secrets and quotes nothing from it", () => {
    const seen = new Set<string>();
    const env = { ...least, INPUT_SECRETS: "db_password: {swordfish" };
    expect(() => readInputs(env, (secret) => seen.add(secret))).toThrow(
      /^Input secrets: (?!.*swordfish)/s,
    );
    expect(seen).toContain("db_password: {swordfish");
  });
});
