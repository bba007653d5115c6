import { zipSync } from "fflate";
import { expect, test } from "vitest";

import type { EvidencePlace } from "../../src/evidence/verify-evidence.ts";
import { verifyEvidence } from "../../src/evidence/verify-evidence.ts";
import { chainJournal, evidenceOf, kept, runUrl, sourceOf, type Kept } from "./example.ts";

const journal = chainJournal();
const place: EvidencePlace = {
  runbook: "org-migration",
  runbookDigest: "d1",
  environment: "pre-prod",
  of: "chain",
  workflowFile: "org-migration.yml",
  branch: "main",
  maxAgeSeconds: 3600,
  since: undefined,
  now: journal.now,
};

const ask = (change: (held: Kept) => void = () => {}, demand: Partial<EvidencePlace> = {}) => {
  const held = kept(evidenceOf(journal));
  change(held);
  return verifyEvidence({ ...place, ...demand }, sourceOf(held));
};

test("a proven run carries", async () => {
  expect(await ask()).toMatchObject({ ok: true, run: { id: "4711" }, evidence: { proven: true } });
});

const other = zipSync({ "evidence.json": new TextEncoder().encode("{}") });
const refusals: readonly (readonly [
  string,
  (held: Kept) => void,
  RegExp,
  Partial<EvidencePlace>?,
])[] = [
  ["no run at all", (held) => held.runs.splice(0), /no run of org-migration.yml in pre-prod/],
  [
    "a run in an environment that only sounds alike",
    (held) => (held.runs = held.runs.map((run) => ({ ...run, title: "Org in not-pre-prod" }))),
    /no run/,
  ],
  [
    "a newer run that failed: the older success does not count",
    (held) => held.runs.push({ ...held.runs[0]!, id: "4712", startedAt: "2026-11-23T13:00:00Z" }),
    /is of .*4711.* and not of/,
  ],
  ["evidence of the future", () => {}, /of the future/, { now: new Date("2026-11-22") }],
  [
    "a run from a branch whose workflow anybody may have edited",
    (held) => (held.runs = held.runs.map((run) => ({ ...run, branch: "feature" }))),
    /is of branch feature, and this one of main/,
  ],
  [
    "a run of a commit that is no part of this line, as of a tag that is called like the branch",
    (held) => (held.runs = held.runs.map((run) => ({ ...run, sha: "bad" }))),
    /commit bad of run .* is none/,
  ],
  [
    "a run that is under way",
    (held) => (held.runs = held.runs.map((run) => ({ ...run, status: "in_progress" }))),
    /not over/,
  ],
  [
    "no status",
    (held) => held.statuses.splice(0),
    /has no status runbook\/org-migration\/pre-prod/,
  ],
  [
    "a pending status, as a lost runner leaves it",
    (held) => (held.statuses = held.statuses.map((one) => ({ ...one, state: "pending" }))),
    /is pending/,
  ],
  [
    "a status that was set for another runbook",
    (held) =>
      (held.statuses = held.statuses.map((one) => ({
        ...one,
        context: "runbook/other/pre-prod",
      }))),
    /has no status/,
  ],
  [
    "a status that somebody set by hand",
    (held) => (held.statuses = held.statuses.map((one) => ({ ...one, description: "all fine" }))),
    /names no evidence/,
  ],
  [
    "a status that points elsewhere",
    (held) =>
      (held.statuses = held.statuses.map((one) => ({
        ...one,
        targetUrl: runUrl.replace("4711", "47110"),
      }))),
    /and not of/,
  ],
  [
    "a job that failed",
    (held) => (held.jobs = [{ name: "Schema", status: "completed", conclusion: "failure" }]),
    /job Schema ended failure/,
  ],
  [
    "an artifact that is gone",
    (held) => held.artifacts.splice(0),
    /no artifact evidence-pre-prod-1/,
  ],
  [
    "an artifact that has expired",
    (held) => (held.artifacts = held.artifacts.map((one) => ({ ...one, expired: true }))),
    /has expired/,
  ],
  ["an artifact of another digest", (held) => (held.zip = other), /another digest/],
  [
    "an artifact that is not the status' file",
    (held) => {
      held.zip = other;
      held.artifacts = held.artifacts.map((one) => ({ ...one, digest: undefined }));
    },
    /not the file that the status speaks of/,
  ],
  [
    "an artifact that is no zip",
    (held) => {
      held.zip = new Uint8Array([1, 2, 3]);
      held.artifacts = held.artifacts.map((one) => ({ ...one, digest: undefined }));
    },
    /holds no evidence.json/,
  ],
  ["another digest of the runbook", () => {}, /runbook digest d1/, { runbookDigest: "d2" }],
  [
    "evidence that is too old",
    () => {},
    /2 h 00 min old, and 1 h 00 min is the limit/,
    { now: new Date(journal.now.getTime() + 7200_000) },
  ],
  [
    "evidence of before the last refresh",
    () => {},
    /only what was proven since/,
    { since: "2027-01-01" },
  ],
];

test.for(refusals)("%s is refused", async ([, change, why, demand]) => {
  const verification = await ask(change, demand);
  expect(verification).toMatchObject({ ok: false });
  expect(verification.ok ? "" : verification.reasons.join("\n")).toMatch(why);
});

test("evidence that proves nothing says why", async () => {
  const held = kept(evidenceOf(chainJournal(), { jobProblems: ["job Schema was lost"] }));
  expect(await verifyEvidence(place, sourceOf(held))).toMatchObject({
    ok: false,
    reasons: [expect.stringContaining("job Schema was lost")],
  });
});
