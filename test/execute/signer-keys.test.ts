import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";

import { startBench } from "../support/bench.ts";
import { prober } from "../support/org-api.ts";

const declarations = `secrets: { prober_key: { optional: true } }
signers: { prober: { client: prober, key: prober_key } }`;
const phases = `- id: back
  dispatched: rollback
  round: closes
  steps:
    - { id: undo, on: one, run: touch undone, repeatable: true }`;

const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });

test.each([
  ["half a key", prober.privateKey.slice(0, 300), "the key of Chef client prober cannot be read"],
  ["a key that no Chef server takes", String(ed25519), "is of type ed25519"],
])("%s ends the chain before it has begun, and never a way back", async (_, key, says) => {
  const bench = await startBench({ hosts: ["one"], declarations, phases });
  const secrets = { prober_key: key };
  const refused = await bench.run("prepare", { secrets });
  expect(refused.outcome).toBe("refused");
  expect(refused.sentence).toContain("input secrets: secret `prober_key`: ");
  expect(refused.sentence).toContain(says);
  expect(refused.sentence).not.toContain(key.split("\n")[1]);
  expect(bench.journalText()).toBe("");
  await bench.through("prepare");
  expect((await bench.run("back", { secrets })).outcome).toBe("succeeded");
});
