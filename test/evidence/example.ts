import { zipSync } from "fflate";

import { hashOf, writeEvidence, type Evidence } from "../../src/evidence/evidence.ts";
import { makeEvidence, type EvidenceRequest } from "../../src/evidence/make-evidence.ts";
import { describeStatus } from "../../src/evidence/names.ts";
import type {
  ArtifactSeen,
  EvidenceSource,
  JobSeen,
  RunSeen,
  StatusSeen,
} from "../../src/evidence/source.ts";
import { agreed, JournalBuilder } from "../report/journal-builder.ts";

export const chain = ["preflight", "schema"];

/** A round of two phases that came true; what a test gives happens before its end. */
export function chainJournal(before: (journal: JournalBuilder) => void = () => {}): JournalBuilder {
  const journal = new JournalBuilder();
  journal.phase("preflight", "Preflight");
  const opened = { runbookDigest: "d1", baselineDigest: "b1", planDigest: "p1" };
  journal.add({ type: "round-opened", ...opened }, { phase: "preflight" });
  journal.step("hosts", "Hosts answer", { kind: "assert" });
  journal.endPhase("succeeded", "done", "");
  journal.phase("schema", "Upgrade the schema");
  journal.step("deploy", "Deploy", { act: "make deploy" });
  const rows = [agreed("orgs", "organizations", 10, 1)];
  journal.add({ type: "verdict", good: true, reasons: [], rows, failures: [] });
  before(journal);
  journal.endPhase("succeeded", "done", "");
  journal.add({ type: "round-closed", by: "chain", state: "all is well" });
  return journal;
}

export const runUrl = "https://github.example/acme/runbooks/actions/runs/4711/attempts/1";

export function evidenceOf(
  { events, now }: JournalBuilder,
  changes: Partial<EvidenceRequest> = {},
): Evidence {
  return makeEvidence({
    of: "chain",
    run: { id: "4711", attempt: 1, url: runUrl, sha: "c0ffee", by: "alex", dispatcher: "sam" },
    runbook: "org-migration",
    environment: "pre-prod",
    phases: chain,
    acts: ["schema/deploy", "schema/late", "schema/two", "rollback/flip"],
    runbookDigest: "d1",
    planDigest: "p1",
    approvals: ["sam approved pre-prod"],
    jobProblems: [],
    events,
    journalHead: "h1",
    now,
    ...changes,
  });
}

/** What GitHub would hold behind this evidence; a test changes what it is about. */
export interface Kept {
  runs: RunSeen[];
  statuses: StatusSeen[];
  jobs: JobSeen[];
  artifacts: Omit<ArtifactSeen, "download">[];
  zip: Uint8Array;
}

export function kept(evidence: Evidence): Kept {
  const file = writeEvidence(evidence);
  const zip = zipSync({ "runbook-phase/evidence.json": new TextEncoder().encode(file) });
  return {
    runs: [
      {
        id: "4711",
        attempt: 1,
        title: "Org migration in pre-prod",
        sha: "c0ffee",
        branch: "main",
        url: "https://github.example/acme/runbooks/actions/runs/4711",
        startedAt: "2026-11-23T12:00:00Z",
        status: "completed",
        conclusion: "success",
      },
    ],
    statuses: [
      {
        context: "runbook/org-migration/pre-prod",
        state: "success",
        description: describeStatus(evidence, hashOf(file)),
        targetUrl: runUrl,
      },
    ],
    jobs: [{ name: "Preflight", status: "completed", conclusion: "success" }],
    artifacts: [
      { id: "1", name: "evidence-pre-prod-1", expired: false, digest: `sha256:${hashOf(zip)}` },
    ],
    zip,
  };
}

export function sourceOf(held: Kept): EvidenceSource {
  return {
    runs: (file) => Promise.resolve(file === "org-migration.yml" ? held.runs : []),
    isBehind: (sha) => Promise.resolve(sha === "c0ffee"),
    statuses: (sha) => Promise.resolve(sha === "c0ffee" ? held.statuses : []),
    jobs: () => Promise.resolve(held.jobs),
    artifacts: () =>
      Promise.resolve(
        held.artifacts.map((one) => ({ ...one, download: () => Promise.resolve(held.zip) })),
      ),
  };
}
