import type { DowntimeProjection } from "../../src/journal/timing.ts";
import { agreed, answers, JournalBuilder, usualFailures } from "./journal-builder.ts";

const api = ["api1", "api2"];
const rollbackWay = "Way back: dispatch Rollback for this environment; nothing is lost.";

/** A whole round from preflight to reopening, with a schema phase that failed first and was run again. */
export function wholeRound(journal = new JournalBuilder()): JournalBuilder {
  preflight(journal);
  schemaThatFails(journal);
  schemaAgain(journal);
  migrate(journal);
  cutover(journal);
  reopen(journal);
  return journal;
}

export function preflight(journal: JournalBuilder): void {
  journal.add({
    type: "round-opened",
    runbookDigest: "77aa".repeat(16),
    baselineDigest: "cc11".repeat(16),
    baseline: usualFailures.map(({ class: name, why, allowed }) => ({
      class: name,
      why,
      seen: "pre-prod on 2026-11-20",
      allowed: String(allowed),
      acceptedBy: "the accounts team",
    })),
    planDigest: "9f2c".repeat(16),
  });
  journal.phase("preflight", "Preflight");
  journal.add({ type: "lease", action: "acquired", detail: "token 7" });
  journal.step("flags-before", "Couch serves and writes are open", {
    kind: "reading",
    hosts: ["redis1"],
    detail: "as expected",
    during: () => journal.flags("false", "true"),
  });
  journal.step("probes-open", "The API answers while writes are open", {
    kind: "probe",
    hosts: api,
    seconds: 2,
    detail: "24 of 24 answers are right",
    during: () => journal.observe({ kind: "probes", answers: answers(401, 401, api) }),
  });
  journal.endPhase(
    "succeeded",
    "Everything that the migration needs is there.",
    "Approve schema to upgrade both databases.",
  );
}

const hostile = [
  "::error::pwned by a host",
  "##[error]also here",
  "<script>alert('x')</script> | `code` | \u202Etxt.exe\u202C \u001b[31mred\u001b[0m",
  'psql: error: connection to server at "10.0.0.12", port 5432 failed: FATAL:  remaining connection slots are reserved',
];

export function schemaThatFails(journal: JournalBuilder): void {
  journal.phase("schema", "Upgrade the schema");
  journal.step("schema-release", "The boxes have the schema release", {
    kind: "assert",
    hosts: ["pgsql1", "pgsql2"],
    detail: "targets there",
  });
  journal.step("deploy-schema", "Deploy the schema", {
    hosts: ["pgsql1", "pgsql2"],
    seconds: 84,
    act: "make deploy",
    outcome: "failed",
    detail: "pgsql2: make deploy ended with exit status 2",
    next: "read the output, repair the database on pgsql2, then re-run this phase: pgsql1 stays deployed",
    perHost: {
      pgsql1: {
        outcome: "succeeded",
        detail: "both targets deployed and verified",
        tail: ["Deploying changes to opscode_chef", "  + @2.4.0 .. ok"],
      },
      pgsql2: { outcome: "failed", detail: "make deploy ended with exit status 2", tail: hostile },
    },
  });
  journal.endPhase(
    "failed",
    "The schema is deployed on 1 of 2 hosts.",
    "Re-run this phase once the cause is removed. Writes are open and couch serves; there is nothing to roll back.",
  );
}

export function schemaAgain(journal: JournalBuilder): void {
  journal.wait(600);
  journal.phase("schema", "Upgrade the schema", 2);
  journal.step("schema-release", "The boxes have the schema release", {
    kind: "assert",
    hosts: ["pgsql1", "pgsql2"],
    detail: "targets there",
  });
  journal.step("deploy-schema", "Deploy the schema", {
    hosts: ["pgsql1", "pgsql2"],
    seconds: 125,
    attempt: 2,
    act: "make deploy",
    perHost: {
      pgsql1: { outcome: "already-done", detail: "sqitch status has both targets" },
      pgsql2: { outcome: "succeeded", detail: "both targets deployed and verified" },
    },
  });
  journal.endPhase(
    "succeeded",
    "Both databases have the targets.",
    "Approve migrate: downtime starts with its first step.",
  );
}

function migration(
  journal: JournalBuilder,
  id: string,
  title: string,
  total: number,
  perSecond: number,
): void {
  const seconds = total / perSecond;
  journal.step(id, title, {
    kind: "eval",
    hosts: ["couch1"],
    act: `mover_manager:migrate(all, 20, mover_${id.slice("migrate-".length)}_callback).`,
    seconds: 1,
    detail: `${total} of ${total} done`,
    during: () => {
      for (const share of [0.1, 0.35, 0.7, 1]) {
        journal.wait(
          seconds * (share === 0.1 ? 0.1 : share === 0.35 ? 0.25 : share === 0.7 ? 0.35 : 0.3),
        );
        journal.observe({ kind: "progress", done: Math.round(total * share), total, perSecond });
      }
      journal.observe({
        kind: "failures",
        log: "mover",
        classes:
          id === "migrate-orgs"
            ? {
                org_migration_failure: {
                  count: 3,
                  objects: ["acme-old", "b", "c"],
                  reasons: { not_found: 3 },
                  samples: [...(usualFailures[0]?.samples ?? [])],
                },
              }
            : {
                org_user_association_warning_foreign_key: {
                  count: 112,
                  objects: [],
                  reasons: {},
                  samples: [...(usualFailures[1]?.samples ?? [])],
                },
              },
        unclassified: 0,
        samples: [],
      });
    },
  });
}

export function startMigrate(journal: JournalBuilder): void {
  journal.phase("migrate", "Take org requests offline and migrate");
  journal.step("orgs-503-on", "Put orgs in 503 mode", {
    kind: "eval",
    hosts: ["couch1"],
    act: 'mover_org_darklaunch:orgs_503_endpoint_mode("true").',
    detail: "orgs_503_mode=true",
    during: () => {
      journal.flags("false", "true");
      journal.flags("true", "true");
    },
  });
  journal.add({ type: "downtime-started", title: "Put orgs in 503 mode" });
}

export function migrate(journal: JournalBuilder): void {
  startMigrate(journal);
  journal.step("verify-503", "PUT, POST and DELETE answer 503, GET still works", {
    kind: "probe",
    hosts: api,
    seconds: 3,
    during: () => journal.observe({ kind: "probes", answers: answers(503, 401, api) }),
  });
  migration(journal, "migrate-orgs", "Run the orgs migration", 12_000, 182);
  migration(journal, "migrate-associations", "Run the org_user_association migration", 48_210, 640);
  const rows = [
    agreed("orgs", "organizations", 12_000, 3),
    agreed("associations", "associations", 48_210, 112),
  ];
  journal.step("verdict", "Source, dets and SQL agree, and every failure is known", {
    kind: "reconcile",
    detail: "good",
    during: () => {
      journal.observe({ kind: "reconciled", rows });
      journal.add({ type: "verdict", good: true, reasons: [], rows, failures: [...usualFailures] });
    },
  });
  journal.endPhase(
    "succeeded",
    "60,095 objects are in SQL; the verdict is good.",
    `Approve cutover: it flips the API to SQL. ${rollbackWay}`,
  );
}

/** A migration whose verdict is not good, so that cutover is refused. */
export function migrateBadly(journal: JournalBuilder): void {
  startMigrate(journal);
  const rows = [
    {
      ...agreed("orgs", "organizations", 12_000, 3),
      sides: { source: 12_000, dets: 12_000, sql: 11_641 },
      missing: 356,
      ok: false,
      samples: ["acme", "<b>bold</b>|corp"],
      detail: "356 are in dets and not in SQL",
    },
    {
      ...agreed("associations", "associations", 48_210, 112),
      unexpected: 2,
      ok: false,
      samples: ["0a1b|2c3d"],
    },
  ];
  const failures = [
    ...usualFailures,
    {
      class: "org_user_invites_failure",
      count: 19,
      allowed: 0,
      why: "",
      known: false,
      samples: ["org_user_invites_failure {conflict,<<...>>}"],
    },
  ];
  journal.step("verdict", "Source, dets and SQL agree, and every failure is known", {
    kind: "reconcile",
    outcome: "failed",
    detail: "356 organizations are missing, 19 failures are not known",
    during: () =>
      journal.add({
        type: "verdict",
        good: false,
        reasons: [
          "organizations: 356 missing",
          "org_user_invites_failure: 19, not in the baseline",
        ],
        rows,
        failures,
      }),
  });
  journal.endPhase(
    "failed",
    "The verdict is not good.",
    `Start the migration again by re-running this phase. ${rollbackWay}`,
  );
  journal.wait(60);
  journal.phase("cutover", "Flip the API over to SQL");
  journal.step("all-has-gone-well", "All has gone well", {
    kind: "gate",
    outcome: "refused",
    detail: "the verdict is bad: organizations: 356 missing",
    next: "resolve what the verdict names, then run migrate again; or dispatch the rollback",
  });
  journal.endPhase("refused", "Nothing was changed: the verdict is not good.", rollbackWay);
}

export function cutover(journal: JournalBuilder): void {
  journal.wait(45);
  journal.phase("cutover", "Flip the API over to SQL");
  journal.step("all-has-gone-well", "All has gone well", {
    kind: "gate",
    detail: "the verdict is good",
  });
  journal.step("flip-to-sql", "Flip the API over to SQL", {
    kind: "eval",
    hosts: ["couch1"],
    act: 'mover_org_darklaunch:org_related_endpoints_to_couch("false").',
    detail: "all three settings are false",
    during: () => {
      journal.flags("true", "true");
      journal.flags("true", "false");
    },
  });
  journal.step("watch-read-only", "Watch read-only traffic from SQL", {
    kind: "watch",
    hosts: api,
    seconds: 300,
    during: () => journal.observe(traffic(300)),
  });
  journal.endPhase(
    "succeeded",
    "SQL serves; writes still answer 503.",
    "Approve reopen. This is the last point of return without data loss: dispatch Rollback now if in doubt.",
  );
}

/** A flip of which nobody knows whether it was made. */
export function cutoverUnknown(journal: JournalBuilder): void {
  journal.wait(45);
  journal.phase("cutover", "Flip the API over to SQL");
  journal.step("all-has-gone-well", "All has gone well", {
    kind: "gate",
    detail: "the verdict is good",
  });
  journal.step("flip-to-sql", "Flip the API over to SQL", {
    kind: "eval",
    hosts: ["couch1"],
    act: 'mover_org_darklaunch:org_related_endpoints_to_couch("false").',
    outcome: "unknown",
    detail: "the console was lost (connection closed) and Redis does not answer",
    seconds: 31,
    during: () => {
      journal.flags("true", "true");
      journal.add({
        type: "step-checked",
        state: "cannot-tell",
        detail: "redis1: ended with exit status 1: Could not connect to Redis",
      });
    },
  });
  journal.endPhase(
    "unknown",
    "Nobody knows whether the API was flipped.",
    `Repair Redis and re-run this phase; if it still cannot tell, dispatch Resolve with your ruling. ${rollbackWay}`,
  );
}

function traffic(seconds: number) {
  const row = (host: string, method: string, endpoint: string, status: string, count: number) => ({
    host,
    method,
    endpoint,
    status,
    count,
  });
  const rows = [
    row("api1", "GET", "/organizations/NAME", "200", 812),
    row("api2", "GET", "/organizations/NAME", "200", 790),
    row("api2", "GET", "/organizations/NAME", "404", 4),
    row("api1", "GET", "/users/NAME/organizations", "200", 1_204),
    row("api1", "PUT", "/organizations/NAME", "503", 17),
  ];
  return {
    kind: "traffic",
    log: "requests",
    seconds,
    rows,
    total: 2_827,
  } as const satisfies Parameters<JournalBuilder["observe"]>[0];
}

export function reopen(journal: JournalBuilder): void {
  journal.wait(20);
  journal.phase("reopen", "Turn orgs 503 mode off and watch traffic");
  journal.step("snapshot", "Keep what a later rollback counts against", {
    kind: "snapshot",
    hosts: ["pgsql1"],
    during: () =>
      journal.observe({
        kind: "snapshot",
        name: "at-reopening",
        host: "pgsql1",
        tables: { orgs: 11_997, org_user_associations: 48_098 },
      }),
  });
  journal.step("orgs-503-off", "Turn orgs 503 mode off", {
    kind: "eval",
    hosts: ["couch1"],
    act: 'mover_org_darklaunch:orgs_503_endpoint_mode("false").',
    during: () => journal.flags("false", "false"),
  });
  const started = journal.events.find(({ body }) => body.type === "downtime-started")?.at ?? "";
  journal.add({
    type: "downtime-ended",
    title: "Turn orgs 503 mode off",
    seconds: (journal.now.getTime() - Date.parse(started)) / 1000,
  });
  journal.step("resolution", "Requests for org endpoints arrive and none is a 5xx", {
    kind: "watch",
    hosts: api,
    seconds: 600,
    during: () => journal.observe(traffic(600)),
  });
  journal.endPhase(
    "succeeded",
    "SQL serves, writes are open.",
    "Nothing more to approve. Way back: Rollback now loses what was written to SQL since reopening, and counts it first.",
  );
  journal.add({ type: "round-closed", by: "reopen", state: "SQL serves; writes are open" });
}

/** A rollback after reopening: it counts, is given the number, and says what it costs. */
export function rollbackWithLosses(journal: JournalBuilder): void {
  const loss = (updated: number) =>
    ({
      kind: "loss",
      tables: {
        orgs: { inserted: 2, updated, deleted: 0 },
        org_user_associations: { inserted: 31, updated: 0, deleted: 4 },
      },
      total: 37 + updated,
      accepted: 50,
    }) as const;
  journal.wait(1_800);
  journal.phase("rollback", "Flip orgs back to couch");
  journal.add({
    type: "lease",
    action: "seized",
    detail: "from run 4711, which waits for an approval",
  });
  journal.step("count-losses", "What was written to SQL since reopening is accepted as lost", {
    kind: "loss",
    hosts: ["pgsql1"],
    during: () => journal.observe(loss(5)),
  });
  journal.step("count-again", "Nothing more was lost meanwhile", {
    kind: "loss",
    hosts: ["pgsql1"],
    during: () => journal.observe(loss(6)),
  });
  journal.step("flip-to-couch", "Flip orgs back to couch", {
    kind: "eval",
    hosts: ["couch1"],
    seconds: 4,
    act: "redis-cli HSET dl_default couchdb_organizations true couchdb_associations true couchdb_association_requests true",
    during: () => {
      journal.flags("true", "false");
      journal.observe({
        kind: "note",
        text: "no mover console starts; the flags are written through redis-cli",
      });
      journal.flags("true", "true");
    },
  });
  journal.add(
    { type: "step-skipped", title: "Turn orgs 503 mode off", reason: "keep-503 is true" },
    { phase: "rollback", step: "orgs-503-off-again" },
  );
  journal.endPhase(
    "succeeded",
    "Couch serves; writes still answer 503 because keep-503 was given; 43 changes were lost.",
    "Dispatch Rollback again without keep-503 to open writes.",
  );
}

/** A downtime that comes to be expected to pass its budget, and no longer after a decision; a rehearsed run is known. */
export function migratePastItsBudget(journal: JournalBuilder): void {
  const timings = { downtimeSeconds: 760, phases: { migrate: 400, cutover: 320 }, steps: {} };
  journal.add({ type: "expected-timings", source: "pre-prod, round r1", timings });
  startMigrate(journal);
  journal.step("migrate-orgs", "Run the orgs migration", {
    kind: "eval",
    act: "mover_manager:migrate(all, 20, mover_org_migration_callback).",
    during: () => {
      asked(journal, 4_000, { expectedSeconds: 760, budgetSeconds: 900, unknownJobs: [] });
      asked(journal, 4_100, { expectedSeconds: 1_000, budgetSeconds: 900, unknownJobs: [] });
      asked(journal, 4_200, { expectedSeconds: 1_010, budgetSeconds: 900, unknownJobs: [] });
      const by = { reason: "agreed with <support>", by: "sam" };
      journal.add({ type: "downtime-budget", seconds: 1_800, ...by }, {});
      const unknownJobs = ["migrate-groups"];
      asked(journal, 4_300, { expectedSeconds: 1_020, budgetSeconds: 1_800, unknownJobs });
    },
  });
  journal.endPhase("succeeded", "Done.", `Approve cutover. ${rollbackWay}`);
}

function asked(
  journal: JournalBuilder,
  done: number,
  projection: Omit<DowntimeProjection, "elapsedSeconds">,
): void {
  journal.wait(60);
  const downtime = { elapsedSeconds: 72, ...projection };
  journal.observe({ kind: "progress", done, total: 12_000, perSecond: 182, downtime });
}
