import type { ReportStep } from "../../src/report/report-plan.ts";
import type { ShownPhase, ShownPlan, ShownStep } from "../../src/report/plan-markdown.ts";

type Extra = Partial<Omit<ShownStep, "units">> &
  Pick<ReportStep, "tells"> & { readonly hosts?: readonly string[] };

function step(id: string, title: string, { hosts = [], ...extra }: Extra = {}): ShownStep {
  return {
    id,
    title,
    kind: "run",
    units: hosts.map((host) => ({ host })),
    batch: 1,
    when: undefined,
    required: true,
    downtime: undefined,
    pointOfNoReturn: false,
    describe: [],
    next: undefined,
    onRefusal: [],
    ...extra,
  };
}

function phase(
  id: string,
  title: string,
  steps: readonly ShownStep[],
  dispatched?: string,
): ShownPhase {
  return { id, title, dispatched, timeoutSeconds: undefined, steps };
}

const deploy = [
  "cd /srv/enterprise-chef-server-schema && DB_USER=opscode_chef EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 make deploy",
  "check: sqitch status of both projects names the targets",
];

/** A small plan of the org migration, as an approver would see it. */
export const examplePlan: ShownPlan = {
  runbook: "org-migration",
  title: "Org related migrations",
  environment: "pre-prod",
  protected: true,
  digest: "9f2c".repeat(16),
  runbookDigest: "77aa".repeat(16),
  hosts: {
    pgsql1: { address: "10.0.0.11", port: 22, user: "deploy", jump: undefined },
    pgsql2: { address: "10.0.0.12", port: 22, user: "deploy", jump: "bastion" },
    couch1: { address: "10.0.0.21", port: 2222, user: "deploy", jump: undefined },
  },
  phases: [
    phase("preflight", "Preflight", [
      step("flags-before", "Couch serves and writes are open", {
        kind: "reading",
        hosts: ["redis1"],
        next: "an earlier run may have stopped half way; dispatch Rollback for this environment",
      }),
      step("probes-open", "The API answers while writes are open", {
        kind: "probe",
        hosts: ["api1", "api2"],
      }),
    ]),
    phase("schema", "Upgrade the schema", [
      step("schema-release", "The boxes have the schema release", {
        kind: "assert",
        hosts: ["pgsql1", "pgsql2"],
      }),
      step("deploy-schema", "Deploy the schema", { hosts: ["pgsql1", "pgsql2"], describe: deploy }),
    ]),
    phase("migrate", "Take org requests offline and migrate", [
      step("orgs-503-on", "Put orgs in 503 mode", {
        kind: "eval",
        hosts: ["couch1"],
        downtime: "starts",
        describe: [
          'mover_org_darklaunch:orgs_503_endpoint_mode("true").',
          "must give ok",
          "check: flags say orgs_503_mode=true",
        ],
      }),
      step("verify-503", "PUT, POST and DELETE answer 503, GET still works", {
        kind: "probe",
        hosts: ["api1", "api2"],
      }),
      step("migrate-orgs", "Run the orgs migration", { kind: "eval", hosts: ["couch1"] }),
      step("migrate-associations", "Run the org_user_association migration", {
        kind: "eval",
        hosts: ["couch1"],
      }),
      step("verdict", "Source, dets and SQL agree, and every failure is known", {
        kind: "reconcile",
      }),
    ]),
    phase("cutover", "Flip the API over to SQL", [
      step("all-has-gone-well", "All has gone well", { kind: "gate" }),
      step("flip-to-sql", "Flip the API over to SQL", {
        kind: "eval",
        hosts: ["couch1"],
        describe: [
          'mover_org_darklaunch:org_related_endpoints_to_couch("false").',
          "must give ok",
          "done when couchdb_organizations is false, couchdb_associations is false, couchdb_association_requests is false (reading flags)",
        ],
        tells: [
          {
            host: "couch1",
            at: "on redis1 (ssh deploy@10.0.0.31)",
            line: "REDISCLI_AUTH=*** redis-cli HMGET dl_default couchdb_organizations couchdb_associations couchdb_association_requests",
          },
        ],
      }),
      step("watch-read-only", "Watch read-only traffic from SQL", {
        kind: "watch",
        hosts: ["api1", "api2"],
      }),
    ]),
    phase("reopen", "Turn orgs 503 mode off and watch traffic", [
      step("snapshot", "Keep what a later rollback counts against", {
        kind: "snapshot",
        hosts: ["pgsql1"],
      }),
      step("orgs-503-off", "Turn orgs 503 mode off", {
        kind: "eval",
        hosts: ["couch1"],
        downtime: "ends",
        pointOfNoReturn: true,
        describe: ['mover_org_darklaunch:orgs_503_endpoint_mode("false").'],
      }),
      step("resolution", "Requests for org endpoints arrive and none is a 5xx", {
        kind: "watch",
        hosts: ["api1", "api2"],
      }),
    ]),
    phase(
      "rollback",
      "Flip orgs back to couch",
      [
        step("count-losses", "What was written to SQL since reopening is accepted as lost", {
          kind: "loss",
          hosts: ["pgsql1"],
        }),
        step("count-again", "Nothing more was lost meanwhile", {
          kind: "loss",
          hosts: ["pgsql1"],
          onRefusal: [
            step("lift-503", "Turn orgs 503 mode off again", { kind: "eval", hosts: ["couch1"] }),
          ],
        }),
        step("flip-to-couch", "Flip orgs back to couch", { kind: "eval", hosts: ["couch1"] }),
        step("orgs-503-off-again", "Turn orgs 503 mode off", {
          kind: "eval",
          hosts: ["couch1"],
          downtime: "ends",
          when: [{ says: "keep-503 is false" }],
        }),
      ],
      "rollback",
    ),
  ],
};
