import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readOptions } from "../../worlds/rehearsal/options.ts";
import { blocksOf, pages, proseOf } from "./markdown.ts";

interface Shown {
  readonly page: string;
  readonly line: string;
}

const shown: readonly Shown[] = pages.flatMap((page) => [
  ...blocksOf(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.trim().split("\n"))
    .map((line) => ({ page, line: line.trim() })),
  ...[...proseOf(page).matchAll(/`((?:script\/|node dist\/)[^`]*)`/g)].map(([, line = ""]) => ({
    page,
    line,
  })),
]);

function commands(start: string): readonly (Shown & { readonly args: readonly string[] })[] {
  return shown
    .filter(({ line }) => line === start || line.startsWith(`${start} `))
    .map((one) => ({ ...one, args: one.line.slice(start.length).split(" ").filter(Boolean) }));
}

describe("commands that the pages show", () => {
  it("are programs that are there", () => {
    const scripts = shown
      .map(({ line }) => line.split(/[ ,]/)[0] ?? "")
      .filter((word) => word.startsWith("script/"));
    expect(scripts).toContain("script/test");
    for (const script of scripts.filter((name) => !name.endsWith(".ts"))) {
      expect(() => accessSync(script, constants.X_OK), script).not.toThrow();
    }
    expect(scripts.filter((script) => !existsSync(script))).toEqual([]);
  });

  // `--fault` stands there by its name alone, without the value that it needs.
  it.each(commands("script/rehearse").filter(({ args }) => args.at(-1) !== "--fault"))(
    "$page: $line is understood",
    ({ args }) => {
      const { phases } = readOptions(args);
      const runbook = parse(readFileSync("runbooks/org-migration/runbook.yml", "utf8")) as {
        phases: { id: string }[];
      };
      expect(runbook.phases.map(({ id }) => id)).toEqual(expect.arrayContaining([...phases]));
    },
  );

  it.each(commands("node dist/cli.js"))("$page: $line works", ({ args }) => {
    const run = () => execFileSync(process.execPath, ["dist/cli.js", ...args], { stdio: "pipe" });
    expect(run).not.toThrow();
  });

  it.each(commands("gh workflow run"))(
    "$page: $line is a workflow with such inputs",
    ({ args }) => {
      const [file = "", ...rest] = args;
      const workflow = parse(readFileSync(`.github/workflows/${file}`, "utf8")) as {
        on: { workflow_dispatch: { inputs: Record<string, { required?: boolean }> } };
      };
      const { inputs } = workflow.on.workflow_dispatch;
      const given = rest.flatMap((word) => /^([a-z0-9-]+)=/.exec(word)?.[1] ?? []);
      const required = Object.keys(inputs).filter((name) => inputs[name]?.required === true);
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(required));
    },
  );

  it.each(commands("gh secret set").concat(commands("gh variable set")))(
    "$page: $line is something that the workflows read",
    ({ args }) => {
      const text = ["org-migration", "rollback", "reset", "resolve"]
        .map((name) => readFileSync(`.github/workflows/${name}.yml`, "utf8"))
        .join("\n");
      expect(text).toMatch(new RegExp(`(secrets|vars)\\.${args[0]}\\b`));
    },
  );
});
