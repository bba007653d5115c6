import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failJob } from "../../src/action/log.ts";
import { writeOutputs } from "../../src/action/outputs.ts";
import { capMarkdown, maxSummaryBytes, writeSummary } from "../../src/action/summary.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runner-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("writeOutputs", () => {
  it("writes what is there as text, and leaves the rest out", () => {
    const seen: [string, string][] = [];
    writeOutputs({ outcome: "succeeded", "downtime-seconds": 0 }, (name, value) =>
      seen.push([name, value]),
    );
    expect(seen).toEqual([
      ["outcome", "succeeded"],
      ["downtime-seconds", "0"],
    ]);
  });

  it("reaches the runner's file through the toolkit", () => {
    const file = join(folder, "output");
    writeFileSync(file, "");
    const before = process.env["GITHUB_OUTPUT"];
    process.env["GITHUB_OUTPUT"] = file;
    try {
      writeOutputs({ journal: "/tmp/journal\nphase=other" });
    } finally {
      if (before === undefined) delete process.env["GITHUB_OUTPUT"];
      else process.env["GITHUB_OUTPUT"] = before;
    }
    expect(readFileSync(file, "utf8")).toMatch(
      /^journal<<(\S+)\n\/tmp\/journal\nphase=other\n\1\n$/,
    );
  });
});

describe("writeSummary", () => {
  it("appends to the runner's file", async () => {
    const file = join(folder, "summary");
    await writeSummary("# One", { GITHUB_STEP_SUMMARY: file });
    await writeSummary("# Two", { GITHUB_STEP_SUMMARY: file });
    expect(readFileSync(file, "utf8")).toBe("# One\n# Two\n");
  });

  it("does nothing in a terminal", async () => {
    await expect(writeSummary("# One", {})).resolves.toBeUndefined();
  });

  it("never writes more than GitHub takes", async () => {
    const file = join(folder, "summary");
    await writeSummary("äöü line\n".repeat(200_000), { GITHUB_STEP_SUMMARY: file });
    const text = readFileSync(file);
    expect(text.length).toBeLessThanOrEqual(maxSummaryBytes);
    expect(text.toString()).toContain("was cut here");
  });
});

describe("capMarkdown", () => {
  it("leaves a short text as it is", () => {
    expect(capMarkdown("short", 100)).toBe("short");
  });

  it("closes the fold and the code block that the cut left open", () => {
    const text = ["<details><summary>Log</summary>", "", "```text", ..."x".repeat(5000)].join("\n");
    const lines = capMarkdown(text, 2000).split("\n");
    expect(lines.slice(-4, -2)).toEqual(["```", "</details>"]);
    expect(lines.at(-1)).toContain("was cut here");
  });
});

describe("failJob", () => {
  it("annotates with safe text that GitHub takes whole", () => {
    const seen: string[] = [];
    failJob("cutover › flip: hunter2\r::error::no\nNext: look", ["hunter2"], (text) =>
      seen.push(text),
    );
    failJob("x\n".repeat(4000), [], (text) => seen.push(text));
    expect(seen[0]).toBe("cutover › flip: ***\n: :error: :no\nNext: look");
    expect(seen[1]).toHaveLength(4000);
  });
});
