import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { rehearse } from "./support/rehearse.ts";

describe.concurrent(
  "a rehearsal that was asked for wrongly starts nothing",
  { timeout: 180_000 },
  () => {
    test.for([
      [["--bogus"], 2, "Unknown option '--bogus'"],
      [["--phases", "preflight,migarte"], 2, "there is no phase migarte; did you mean migrate?"],
      [["--phases", "preflight,,mover"], 2, '--phases has an empty name in "preflight,,mover"'],
      [["--world", "rael"], 2, "--world must be embedded or real, not rael"],
      [["--mover", "2.2.15"], 2, "--mover must be 2.2.14 or 2.2.17, not 2.2.15"],
      [
        ["--environment", "production"],
        2,
        "--environment must be pre-prod or prod, not production",
      ],
    ] as const)("%s", async ([args, expected, words], context) => {
      const { status, log, out } = await rehearse(context, ["--yes", ...args]);
      expect({ status, log }).toEqual({ status: expected, log: expect.stringContaining(words) });
      expect(log).not.toContain("Starting");
      expect(existsSync(out)).toBe(false);
    });

    test("an --out that is a file stays as it is", async (context) => {
      const folder = mkdtempSync(join(tmpdir(), "out-"));
      context.onTestFinished(() => rmSync(folder, { recursive: true }));
      const file = join(folder, "notes");
      writeFileSync(file, "mine");
      const { status, log } = await rehearse(context, ["--yes", "--out", file]);
      expect(status).toBe(2);
      expect(log).toContain(`--out ${file} is a file`);
      expect(readFileSync(file, "utf8")).toBe("mine");
    });

    test("--help tells every option", async (context) => {
      const { status, log } = await rehearse(context, ["--help"]);
      expect(status).toBe(0);
      const options = "yes environment phases world mover fault list-faults out keep".split(" ");
      for (const option of options) expect(log).toContain(`--${option}`);
    });
  },
);

describe.concurrent("without --yes a person is asked", { timeout: 180_000 }, () => {
  test("each phase waits for its yes; anything else ends the rehearsal", async (context) => {
    const { status, log, left } = await rehearse(context, ["--phases", "preflight,schema,mover"], {
      input: "y\nyes\nno\n",
    });
    expect(status).toBe(1);
    expect(log.match(/Approve the deployment of \w+ to pre-prod\?/g)).toHaveLength(3);
    expect(log).toMatch(/preflight +succeeded\nschema +succeeded\nmover +not approved\n/);
    expect(left).toEqual([]);
  });

  test("the end of input is no approval", async (context) => {
    const { status, log, left } = await rehearse(context, ["--phases", "preflight"]);
    expect(status).toBe(1);
    expect(log).toMatch(/preflight +not approved\n/);
    expect(left).toEqual([]);
  });
});

describe.concurrent(
  "a rehearsal that is interrupted leaves nothing running",
  { timeout: 180_000 },
  () => {
    test.for([
      ["SIGINT", 130, /start console mover/],
      ["SIGTERM", 143, /Deploy the schema/],
      ["SIGINT", 130, /planted \d+ organizations/],
    ] as const)("%s", async ([signal, expected, seen], context) => {
      const { status, log, left, out } = await rehearse(context, ["--yes"], {
        signalAt: { seen, signal },
      });
      expect(status, log).toBe(expected);
      expect(left).toEqual([]);
      expect(log).not.toContain("All came true");
      expect(existsSync(join(out, "index.html"))).toBe(true);
    });

    test("--keep leaves the world up until Ctrl-C, and says how to reach it", async (context) => {
      const answers: number[] = [];
      const first = async (log: string) => {
        const [, url = ""] = /API: (\S+)/.exec(log) ?? [];
        answers.push((await fetch(new URL("/_status", url))).status);
      };
      const signalAt = { seen: /Press Ctrl-C to stop it/, signal: "SIGINT", first } as const;
      const args = ["--yes", "--keep", "--phases", "preflight"];
      const { status, log, left } = await rehearse(context, args, { signalAt });
      expect(status, log).toBe(0);
      expect(answers).toEqual([200]);
      expect(log).toMatch(/pg1: ssh -i \S+ .*-p \d+ operator@127\.0\.0\.1/);
      expect(left).toEqual([]);
    });
  },
);
