import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, opening, phase } from "./source.ts";

const program = join(import.meta.dirname, "../../dist/cli.js");

/** A repository with one runbook, and the command started in it. */
class Repository {
  readonly path = folder();

  constructor(phases = opening + phase("back", "    dispatched: rollback\n"), name = "small") {
    this.runbook(phases, name);
  }

  runbook(phases: string, name = "small"): void {
    mkdirSync(join(this.path, "books"), { recursive: true });
    writeFileSync(join(this.path, `books/${name}.yml`), `runbook: ${name}\nphases:\n${phases}`);
  }

  run(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, "workflow", ...args], {
      cwd: this.path,
      encoding: "utf8",
    });
    return { status, out: stdout.trim().split("\n"), err: stderr };
  }

  files(): readonly string[] {
    return readdirSync(join(this.path, ".github/workflows")).sort();
  }

  read(name: string): string {
    return readFileSync(join(this.path, ".github/workflows", name), "utf8");
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, ".github/workflows", name), text);
  }
}

const small = "books/small.yml";
const all = ["back.yml", "resolve.yml", "small.yml"];

describe("runbook-phase workflow", () => {
  it("writes the files and says so, and then that nothing changed", () => {
    const repository = new Repository();
    expect(repository.run(small)).toEqual({
      status: 0,
      err: "",
      out: ["small", "back", "resolve"].map((name) => `.github/workflows/${name}.yml: written`),
    });
    expect(repository.files()).toEqual(all);
    const again = repository.run("--runbook", small);
    expect(again.out).toEqual(
      ["small", "back", "resolve"].map((name) => `.github/workflows/${name}.yml: unchanged`),
    );
    expect(repository.run(`./${small}`, "--check").status).toBe(0);
  });

  it("writes into another folder", () => {
    const repository = new Repository();
    expect(repository.run(small, "--out", "elsewhere/flows").status).toBe(0);
    expect(readdirSync(join(repository.path, "elsewhere/flows")).sort()).toEqual(all);
  });

  it("writes anew what the runbook changed, and names what is left over", () => {
    const repository = new Repository();
    repository.run(small);
    repository.runbook(opening + phase("deploy"));
    const { status, out } = repository.run(small);
    expect(status).toBe(0);
    expect(out.slice(0, 2)).toEqual([
      ".github/workflows/small.yml: written",
      ".github/workflows/resolve.yml: unchanged",
    ]);
    expect(out[2]).toMatch(/^\.github\/workflows\/back\.yml: .*delete it$/);
    expect(repository.files()).toEqual(all);
    expect(repository.run(small, "--check").status).toBe(1);
  });

  it("overwrites nothing that a person wrote, unless forced", () => {
    const repository = new Repository();
    repository.run(small);
    repository.write("back.yml", repository.read("back.yml").replace(/^#.*\n/, ""));
    repository.write("small.yml", "name: Mine\n");
    const before = repository.read("small.yml");
    const { status, err } = repository.run(small);
    expect(status).toBe(3);
    expect(err).toContain(".github/workflows/small.yml was not generated");
    expect(err).toContain(".github/workflows/back.yml was not generated");
    expect(err).toContain("nothing was written");
    expect(repository.read("small.yml")).toBe(before);
    expect(repository.run(small, "--force").status).toBe(0);
    expect(repository.run(small, "--check").status).toBe(0);
  });

  it("lets two runbooks live side by side", () => {
    const repository = new Repository();
    repository.run(small);
    repository.runbook(opening + phase("back", "    dispatched: rollback\n"), "other");
    const { status, err } = repository.run("books/other.yml");
    expect(status).toBe(3);
    expect(err).toContain(`back.yml was generated from ${small}`);
    expect(err).toContain("--prefixed");
    expect(repository.files()).toEqual(all);
    expect(repository.run("books/other.yml", "--prefixed").status).toBe(0);
    expect(repository.files()).toEqual(
      [...all, "other.yml", "other-back.yml", "other-resolve.yml"].sort(),
    );
    expect(repository.run(small, "--check").status).toBe(0);
    expect(repository.run("books/other.yml", "--prefixed", "--check").status).toBe(0);
  });

  it("shows what differs, and writes nothing", () => {
    const repository = new Repository();
    repository.run(small);
    const changed = repository.read("small.yml").replace("name: Small", "name: Smaller");
    repository.write("small.yml", changed);
    const { status, out } = repository.run(small, "--check");
    expect(status).toBe(1);
    expect(out).toContain(".github/workflows/small.yml: differs from what is generated, in");
    expect(out).toContain("  - name: Smaller");
    expect(out).toContain("  + name: Small");
    expect(out).toContain(".github/workflows/back.yml: as generated");
    expect(repository.read("small.yml")).toBe(changed);
  });

  it("says what is missing, and makes no folder for it", () => {
    const repository = new Repository();
    const { status, out } = repository.run(small, "--check");
    expect(status).toBe(1);
    expect(out[0]).toBe(".github/workflows/small.yml: missing");
    expect(() => repository.files()).toThrow("ENOENT");
  });

  it.each([
    [[small, "--chekc"], 2, "did you mean --check?"],
    [[small, small], 2, "--runbook is given twice"],
    [[small, "--runbook", small], 2, "--runbook is given twice"],
    [[small, "--check", "--force"], 2, "--check writes nothing"],
    [[small, "--out"], 2, "--out wants DIR"],
    [["books/none.yml"], 3, "there is no such file"],
  ])("refuses wrong words: %j", (args, status, words) => {
    const repository = new Repository();
    const ended = repository.run(...args);
    expect(ended.status).toBe(status);
    expect(ended.err).toContain(words);
    expect(() => repository.files()).toThrow("ENOENT");
  });

  it("refuses a runbook two of whose workflows would be one", () => {
    const repository = new Repository(opening + phase("small", "    dispatched: rollback\n"));
    const { status, err } = repository.run(small);
    expect(status).toBe(3);
    expect(err).toContain("two workflows of this runbook would be small.yml");
    expect(repository.run(small, "--prefixed").status).toBe(0);
  });

  it("says when no checkout would have the runbook", () => {
    const repository = new Repository();
    const there = join(folder(), "runbook.yml");
    writeFileSync(there, `runbook: there\nphases:\n${opening}`);
    const { status, err } = repository.run(there);
    expect(status).toBe(0);
    expect(err).toContain("lies outside of this folder");
  });
});
