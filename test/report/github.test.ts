import { describe, expect, it } from "vitest";

import type { KnownFailure, Observation } from "../../src/journal/event.ts";
import { createLog } from "../../src/report/log.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { examplePlan } from "./example-plan.ts";
import { JournalBuilder } from "./journal-builder.ts";

const protection: Observation = {
  kind: "protection",
  environment: "prod",
  url: "https://github.invalid/prod",
  reviewers: ["ada", "team ops"],
  branches: ["main"],
};
const approval = {
  state: "approved",
  user: "bob",
  environments: ["prod"],
  comment: "::error::<b>",
};

function told(...observations: Observation[]) {
  const journal = new JournalBuilder("prod");
  journal.phase("preflight", "Preflight");
  for (const observation of observations) journal.observe(observation);
  journal.endPhase("succeeded", "done", "approve the next phase");
  const { events, now } = journal;
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log = createLog({ write, groups: undefined, now: () => now, secrets: [] });
  for (const event of events) log.append(event);
  log.end();
  const summary = renderSummary({ events, phase: "preflight", plan: examplePlan, now });
  return { summary, log: lines.join("\n") };
}

describe("what GitHub said", () => {
  it("stands in summary and log, as the run's approvals and made harmless", () => {
    const { summary, log } = told(protection, { kind: "approvals", approvals: [approval] });
    expect(summary).toContain("### In GitHub");
    expect(summary).toMatch(/GitHub protects prod: reviewed by ada, team ops, .* from main only/);
    expect(summary).toMatch(/the run was approved by bob for prod/);
    expect(summary).toContain("GitHub does not say which job each was for");
    expect(summary).not.toMatch(/::error::|<b>/);
    expect(log).toMatch(/GitHub protects prod/);
    expect(log).toMatch(/the run was approved by bob for prod/);
    expect(log).not.toContain("::error::");
  });

  it("is said when there is no approval, and is no section when GitHub was not asked", () => {
    expect(told({ kind: "approvals", approvals: [] }).summary).toContain(
      "GitHub lists no approval of this run",
    );
    expect(told().summary).not.toContain("In GitHub");
  });
});

describe("known failures that were not rehearsed", () => {
  const entry = (changes: Partial<KnownFailure>): KnownFailure => ({
    class: "org_gone",
    why: "gone",
    seen: "pre-prod",
    allowed: "2",
    ...changes,
  });

  function summaryOf(rehearsed: KnownFailure[] | undefined, ...baseline: KnownFailure[]): string {
    const journal = new JournalBuilder("prod");
    journal.phase("preflight", "Preflight");
    const digests = { runbookDigest: "d1", baselineDigest: "b2", planDigest: "p1" };
    journal.add({ type: "round-opened", ...digests, baseline }, { phase: "preflight" });
    journal.observe({
      kind: "evidence",
      of: "chain",
      environment: "pre-prod",
      url: "https://github.invalid/1",
      hash: "e1",
      runbookDigest: "d1",
      baselineDigest: "b1",
      ...(rehearsed === undefined ? {} : { baseline: rehearsed }),
      endedAt: "2026-11-23T12:00:00.000Z",
      downtimeSeconds: 60,
    });
    journal.endPhase("succeeded", "done", "approve the next phase");
    const { events, now } = journal;
    return renderSummary({ events, phase: "preflight", plan: examplePlan, now });
  }

  it("stand entry by entry beside those of the rehearsal before the next approval", () => {
    const summary = summaryOf(
      [entry({}), entry({ class: "only_there" })],
      entry({ allowed: "5", acceptedBy: "ada" }),
      entry({ class: "only_here" }),
    );
    expect(summary).toContain("### The baseline is not that of pre-prod");
    expect(summary).toMatch(/org\\?_gone\*\*: changed/);
    expect(summary).toContain("- allowed: 2\n+ allowed: 5\n+ accepted-by: ada");
    expect(summary).toMatch(/only\\?_there\*\*: removed/);
    expect(summary).toMatch(/only\\?_here\*\*: new/);
  });

  it("are no section when both know the same, or nobody knows what the rehearsal knew", () => {
    expect(summaryOf([entry({})], entry({}))).not.toContain("baseline is not that");
    expect(summaryOf(undefined, entry({}))).not.toContain("baseline is not that");
  });
});

describe("a data bag", () => {
  it("stands in summary and log as a difference, made harmless", () => {
    const { summary, log } = told({
      kind: "databag",
      bag: "environments",
      item: "prod",
      changes: [
        { pointer: "/mover/version", before: '"2.2.13"', after: '"2.2.14"' },
        { pointer: "/new", after: '"::error::<b>"' },
      ],
    });
    expect(summary).toContain("### Data bags");
    expect(summary).toMatch(/\/mover\/version\n- "2\.2\.13"\n\+ "2\.2\.14"\n\/new\n\+ /);
    expect(summary).not.toMatch(/::error::|<b>/);
    expect(log).toContain(
      'about to be set in data bag environments/prod: /mover/version "2.2.13" → "2.2.14"',
    );
    expect(log).toContain("/new (not there) →");
    expect(log).not.toContain("::error::");
  });
});
