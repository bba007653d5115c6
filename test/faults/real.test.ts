import { describe } from "vitest";

import { faults } from "../../worlds/faults/index.ts";
import { missingParts, rootPrefix } from "../../worlds/real/packages.ts";
import { prove } from "./support/prove.ts";

const missing = await missingParts();
const cannotRun =
  missing.length > 0 && (await rootPrefix()) === undefined && process.env["CI"] === undefined;

/** Those whose cause lies in a part that the embedded world only imitates. */
const inRealParts = faults.filter(
  ({ worlds, tested }) => worlds.includes("real") && tested === "real",
);

describe.skipIf(cannotRun)("faults of real parts", () => {
  prove(inRealParts, "real");
});
