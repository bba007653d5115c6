import { describe } from "vitest";

import { faults } from "../../worlds/faults/index.ts";
import { provenInReal } from "../../worlds/faults/proven.ts";
import { missingParts, rootPrefix } from "../../worlds/real/packages.ts";
import { prove } from "./support/prove.ts";

const missing = await missingParts();
const cannotRun =
  missing.length > 0 && (await rootPrefix()) === undefined && process.env["CI"] === undefined;

/** What every run plays here: a fault of OpenSSH, of the Erlang node and of PostgreSQL. */
const everyRun = [
  "sshd-restarted-in-run-step",
  "node-killed-in-dets",
  "postgresql-down-on-second-host",
];
const played = faults.filter(({ name }) => provenInReal.has(name));

describe.skipIf(cannotRun)("faults in real parts", () => {
  prove(played, "real", new Set(everyRun));
});
