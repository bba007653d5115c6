import { describe, expect, test } from "vitest";

import { missingParts, rootPrefix } from "../../worlds/real/packages.ts";
import { expectCameTrue } from "./support/results.ts";
import { rehearse } from "./support/rehearse.ts";
import { bodiesOf } from "./support/stage.ts";

const missing = await missingParts();
const cannotRun =
  missing.length > 0 && (await rootPrefix()) === undefined && process.env["CI"] === undefined;
if (cannotRun)
  console.warn(
    `no rehearsal in the real world here: ${missing.map(({ name }) => name).join(", ")} missing, and no root to install`,
  );

const chain = ["preflight", "schema", "mover", "migrate", "cutover", "reopen"];

describe.skipIf(cannotRun).concurrent("rehearsals in the real world", { timeout: 600_000 }, () => {
  test("the chain comes true", async (context) => {
    const rehearsed = await rehearse(context, ["--yes", "--world", "real"], { organizations: 120 });
    const events = expectCameTrue(rehearsed, chain);
    expect(bodiesOf(events, "round-closed").map(({ by }) => by)).toEqual(["chain"]);
  });

  test("after a rollback and a reset a full chain migrates again, on the later mover", async (context) => {
    const phases = [...chain.slice(0, 4), "rollback", "reset", ...chain];
    const args = ["--yes", "--world", "real", "--mover", "2.2.17", "--phases", phases.join(",")];
    const rehearsed = await rehearse(context, args, { organizations: 120 });
    const events = expectCameTrue(rehearsed, phases);
    const ends = bodiesOf(events, "round-closed").map(({ by }) => by);
    expect(ends).toEqual(["rollback", "reset", "chain"]);
  });
});
