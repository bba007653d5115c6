import { existsSync } from "node:fs";
import { join } from "node:path";

import { before, chain, completes, type Fault } from "./fault.ts";
import { intends, progresses, starts, type Moment } from "./moments.ts";

/** Where each phase is when it is cancelled. */
const moments: Readonly<Record<(typeof chain)[number], Moment>> = {
  preflight: starts("probes-open"),
  schema: intends("deploy-schema", "pg1"),
  mover: intends("start-console"),
  migrate: progresses("migrate-orgs"),
  cutover: starts("watch-read-only"),
  reopen: starts("resolution"),
};

/** The job is cancelled, as GitHub cancels it: a signal, and ten seconds. */
export const cancelFaults: readonly Fault[] = chain.map((phase) => ({
  name: `cancelled-in-${phase}`,
  cause: "person",
  title: `the job of ${phase} is cancelled (${moments[phase].what})`,
  end: `cancelled within the time that GitHub leaves, the lease given back; ${completes}`,
  ...(phase === "migrate" ? { setting: { slowMigrations: true } } : {}),
  after: before(phase),
  completes: true,
  async play(scene) {
    if (phase === "schema") await scene.far.slowDeploy("pg1", 4);
    const job = scene.start(phase);
    await job.reaches(moments[phase]);
    scene.must(await job.cancel(), ["cancelled"]);
    scene.expect(!existsSync(join(scene.journalFolder, "lease")), "the lease was not given back");
    await scene.pass(phase);
  },
}));
