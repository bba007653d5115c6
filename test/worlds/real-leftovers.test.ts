import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missingParts, rootPrefix } from "../../worlds/real/packages.ts";
import { startRealWorld } from "../../worlds/real/start-real-world.ts";
import { shortFolderOf } from "../../worlds/real/short-folder.ts";
import { processesOf, stopLeftovers } from "../../worlds/real/stop-leftovers.ts";

const cannotRun =
  (await missingParts()).length > 0 &&
  (await rootPrefix()) === undefined &&
  process.env["CI"] === undefined;

const starter = `
import { startRealWorld } from ${JSON.stringify(join(import.meta.dirname, "../../worlds/real/start-real-world.ts"))};
await startRealWorld({ directory: process.argv[1], environment: "pre-prod", moverVersion: "2.2.14", organizations: 20, log() {} });
console.log("started");
`;

test.skipIf(cannotRun)(
  "a world whose starter was killed is refused while it runs, and stopped to the last process",
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "real-leftovers-"));
    const child = spawn(process.execPath, ["--input-type=module", "--eval", starter, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await new Promise<void>((resolve) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", () => resolve());
    });
    expect(printed).toContain("started");
    child.kill("SIGKILL");
    const short = shortFolderOf(directory) ?? "";
    expect(existsSync(short)).toBe(true);
    expect(processesOf(directory).length).toBeGreaterThan(8);
    const again = startRealWorld({
      directory,
      environment: "pre-prod",
      moverVersion: "2.2.14",
      log: () => {},
    });
    await expect(again).rejects.toThrow(/still runs .*Next: stop it/);
    await stopLeftovers(directory);
    expect(processesOf(directory)).toEqual([]);
    expect(existsSync(short)).toBe(false);
    rmSync(directory, { recursive: true, force: true });
  },
  180_000,
);
