import { zipSync } from "fflate";

import { prepare } from "../../src/execute/prepare.ts";
import { hashOf, writeEvidence, type Evidence } from "../../src/evidence/evidence.ts";
import { artifactName, describeStatus, statusContext } from "../../src/evidence/names.ts";
import { repository } from "../github/start-github.ts";
import { headSha, type GithubState } from "../github/state.ts";
import type { Fault } from "./fault.ts";
import type { Scene } from "./scene.ts";
import { refusedUntouched } from "./protected.ts";

const end = "refused by preflight with what the evidence lacks, nothing touched";

interface Lacking {
  readonly name: string;
  readonly title: string;
  /** What GitHub holds of pre-prod. */
  readonly plant: (github: GithubState) => void;
  readonly says: RegExp;
}

const lacking: readonly Lacking[] = [
  {
    name: "prod-without-evidence",
    title: "prod is dispatched, and pre-prod was never rehearsed",
    plant: () => {},
    says: /wants evidence of a chain in pre-prod[\s\S]*no run of org-migration\.yml[\s\S]*Next: rehearse/,
  },
  {
    name: "prod-with-failed-evidence",
    title: "prod is dispatched, and the newest run in pre-prod failed behind an older success",
    plant: (github) => {
      plant(github, 800, {});
      plant(github, 801, { proven: false, why: ["phase cutover ended failed"] }, "failure");
    },
    says: /job Evidence ended failure|status .* is failure/,
  },
  {
    name: "prod-with-a-lost-rehearsal",
    title: "prod is dispatched, and the newest run in pre-prod was lost behind an older success",
    plant: (github) => {
      plant(github, 800, {});
      begin(github, 801);
      status(github, 801, "pending", "a round is under way");
    },
    says: /is not over|is pending/,
  },
  {
    name: "prod-with-evidence-of-another-digest",
    title: "prod is dispatched, and pre-prod proved another runbook",
    plant: (github) => plant(github, 800, {}),
    says: /it is of runbook digest 0{12}, and this run's is/,
  },
];

const inProd = {
  setting: { environment: "prod", evidence: true },
  cause: "github",
  after: [],
  completes: false,
} as const;

/** An environment that wants evidence of another one, and a GitHub that does not hold it. */
export const evidenceFaults: readonly Fault[] = [
  ...lacking.map(({ name, title, plant: hold, says }): Fault => ({
    ...inProd,
    name,
    title,
    end,
    play: async (scene) => {
      hold(scene.github.state);
      await refusedUntouched(scene, says);
    },
  })),
  {
    ...inProd,
    name: "prod-without-a-rehearsed-rollback",
    title:
      "prod is dispatched, and of the day that its inventory names on no rollback was rehearsed",
    end: `${end}; with the rollback proven preflight succeeds, and shows which known failures were not rehearsed`,
    async play(scene) {
      const { state } = scene.github;
      await scene.changeInventory((inventory) => {
        const today = new Date().toISOString().slice(0, 10);
        inventory.evidence = { ...inventory.evidence, "rollback-since": today };
      });
      const runbookDigest = digestOf(scene);
      plant(state, 800, { runbookDigest });
      const dispatched = { run: scene.someoneElse() };
      await refusedUntouched(scene, /wants evidence of a rollback in pre-prod/, dispatched);
      plant(state, 801, { runbookDigest, of: "rollback" });
      scene.must(await scene.run("preflight"), ["succeeded"], /proved this runbook's rollback/);
      const summary = scene.left("preflight", "summary/preflight.md");
      const differs = summary.includes("The baseline is not that of pre-prod");
      scene.expect(differs, "the summary does not say that the known failures differ");
    },
  },
];

/** Of the runbook with the inventory as it stands now. */
function digestOf({ world }: Scene): string {
  const { inventoryFile } = world;
  const runbookFile = "runbooks/org-migration/runbook.yml";
  return prepare({ environment: "prod", runbookFile, inventoryFile, vars: {} }).plan.runbookDigest;
}

const runUrl = (id: number): string =>
  `https://github.invalid/${repository}/actions/runs/${id}/attempts/1`;

const workflows = {
  chain: {
    workflowFile: "org-migration.yml",
    workflowName: "Org migration",
    title: "Org migration in pre-prod",
  },
  rollback: {
    workflowFile: "rollback.yml",
    workflowName: "Rollback",
    title: "Rollback in pre-prod, accepting the loss of no rows",
  },
};

function begin(github: GithubState, id: number, of: Evidence["of"] = "chain"): void {
  github.startRun({ id, ...workflows[of] });
}

/** A run that is over, with its job, its artifact and its status, all of one piece. */
function plant(
  github: GithubState,
  id: number,
  changes: Partial<Evidence>,
  state: "success" | "failure" = "success",
): void {
  const evidence = { ...proven(id), ...changes };
  begin(github, id, evidence.of);
  const file = writeEvidence(evidence);
  const zip = zipSync({ "evidence.json": new TextEncoder().encode(file) });
  github.endJob(github.startJob(id, "Evidence"), state);
  github.upload(id, artifactName("pre-prod", 1), zip);
  status(github, id, state, describeStatus(evidence, hashOf(file)), evidence.of);
}

function status(
  github: GithubState,
  id: number,
  state: string,
  description: string,
  of: Evidence["of"] = "chain",
): void {
  const context = statusContext("org-migration", "pre-prod", of);
  const targetUrl = runUrl(id);
  github.createStatus({ sha: headSha, state, context, description, targetUrl, creator: "bot" });
}

function proven(id: number): Evidence {
  const now = new Date().toISOString();
  return {
    version: 1,
    runbook: "org-migration",
    environment: "pre-prod",
    of: "chain",
    proven: true,
    why: [],
    runbookDigest: "0".repeat(64),
    baselineDigest: "0".repeat(64),
    baseline: [],
    planDigest: "0".repeat(64),
    round: "r20260101t000000",
    startedAt: now,
    endedAt: now,
    run: {
      id: String(id),
      attempt: 1,
      url: runUrl(id),
      sha: headSha,
      by: "rehearsal",
      dispatcher: "rehearsal",
    },
    approvals: [],
    phases: [],
    merelyDone: [],
    downtimeSeconds: 60,
    timings: { phases: {}, steps: {} },
    verdict: null,
    journal: { events: 1, head: "0".repeat(64) },
  };
}
