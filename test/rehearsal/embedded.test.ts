import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

import { evidenceSchema, hashOf } from "../../src/evidence/evidence.ts";
import { readJournal } from "../../src/journal/read-journal.ts";
import { againTests } from "./again.ts";
import { otherFleetTests } from "./other-fleet.ts";
import { rollbackTests } from "./rollback.ts";
import { signedTests } from "./signed.ts";
import { expectCameTrue } from "./support/results.ts";
import { rehearse } from "./support/rehearse.ts";
import { bodiesOf } from "./support/stage.ts";

// Worlds wait far more than they work, so they run beside each other.
vi.setConfig({ maxConcurrency: 6 });
rollbackTests();
againTests();
otherFleetTests();
signedTests();

const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"];
const andBack = [...chain.slice(0, 4), "rollback", "reset"];

describe.concurrent("rehearsals in the embedded world", { timeout: 600_000 }, () => {
  test("the chain comes true", async (context) => {
    const rehearsed = await rehearse(context, ["--yes"]);
    const events = expectCameTrue(rehearsed, chain);
    expect(bodiesOf(events, "round-opened")).toHaveLength(1);
    expect(bodiesOf(events, "round-closed").map(({ by }) => by)).toEqual(["chain"]);
    expect(bodiesOf(events, "downtime-started")).toHaveLength(1);
    expect(bodiesOf(events, "downtime-ended")).toHaveLength(1);
  });

  test("after a rollback and a reset a full chain migrates again, on the later mover", async (context) => {
    const phases = [...andBack, ...chain, "rollback"];
    const args = ["--yes", "--mover", "2.2.17", "--phases", phases.join(",")];
    const rehearsed = await rehearse(context, args);
    const events = expectCameTrue(rehearsed, phases);
    expect(rehearsed.log).toMatch(/rollback would lose \d+ rows; dispatching it again/);
    const ends = bodiesOf(events, "round-closed").map(({ by }) => by);
    expect(ends).toEqual(["rollback", "reset", "chain", "rollback"]);
    // Both chains, and the rollback after reopening, which takes writes down once more.
    expect(bodiesOf(events, "downtime-started")).toHaveLength(3);
    expect(bodiesOf(events, "downtime-ended")).toHaveLength(3);
  });

  test("prod goes by what pre-prod proved, and knows what things took there", async (context) => {
    const { status, log, left, out } = await rehearse(context, ["--yes", "--environment", "prod"]);
    expect(status, log.slice(-3000)).toBe(0);
    expect(left).toEqual([]);
    const proof = readFileSync(join(out, "pre-prod", "evidence.json"));
    expect(evidenceSchema.parse(JSON.parse(proof.toString()))).toMatchObject({
      proven: true,
      why: [],
    });
    const file = join(out, "journal.jsonl");
    const { events } = readJournal(readFileSync(file, "utf8"), { file, environment: "prod" });
    const seen = bodiesOf(events, "observed").map(({ observation }) => observation);
    expect(seen.filter(({ kind }) => kind === "protection")).toHaveLength(1);
    expect(seen.filter(({ kind }) => kind === "evidence")).toMatchObject([
      { environment: "pre-prod", of: "chain", hash: hashOf(proof) },
    ]);
    const [expected] = bodiesOf(events, "expected-timings");
    expect(expected?.timings.steps["migrate/migrate-orgs"]?.seconds).toBeGreaterThan(0);
    const own = readFileSync(join(out, "evidence.json"), "utf8");
    expect(evidenceSchema.parse(JSON.parse(own))).toMatchObject({ proven: true });
  });
});
