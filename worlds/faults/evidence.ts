import { zipSync } from "fflate";

import { hashOf, writeEvidence, type Evidence } from "../../src/evidence/evidence.ts";
import { artifactName, describeStatus, statusContext } from "../../src/evidence/names.ts";
import { repository } from "../github/start-github.ts";
import { headSha, type GithubState } from "../github/state.ts";
import type { Fault } from "./fault.ts";
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

/** An environment that wants evidence of another one, and a GitHub that does not hold it. */
export const evidenceFaults: readonly Fault[] = lacking.map(
  ({ name, title, plant: hold, says }): Fault => ({
    name,
    title,
    end,
    setting: { environment: "prod", evidence: true },
    cause: "github",
    after: [],
    completes: false,
    play: async (scene) => {
      hold(scene.github.state);
      await refusedUntouched(scene, says);
    },
  }),
);

const runUrl = (id: number): string =>
  `https://github.invalid/${repository}/actions/runs/${id}/attempts/1`;

function begin(github: GithubState, id: number): void {
  github.startRun({
    id,
    workflowFile: "org-migration.yml",
    workflowName: "Org migration",
    title: "Org migration in pre-prod",
  });
}

/** A run that is over, with its job, its artifact and its status, all of one piece. */
function plant(
  github: GithubState,
  id: number,
  changes: Partial<Evidence>,
  state: "success" | "failure" = "success",
): void {
  begin(github, id);
  const evidence = { ...proven(id), ...changes };
  const file = writeEvidence(evidence);
  const zip = zipSync({ "evidence.json": new TextEncoder().encode(file) });
  github.endJob(github.startJob(id, "Evidence"), state);
  github.upload(id, artifactName("pre-prod", 1), zip);
  status(github, id, state, describeStatus(evidence, hashOf(file)));
}

function status(github: GithubState, id: number, state: string, description: string): void {
  const context = statusContext("org-migration", "pre-prod", "chain");
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
