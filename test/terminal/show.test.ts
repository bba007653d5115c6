import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { stepsOf } from "../../src/runbook/mentions.ts";
import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { runCli } from "./support/terminal.ts";

const file = "runbooks/org-migration/runbook.yml";

/** What the original runbook has its operator type, as it is sent now: without a slash that says nothing. */
/** What was sent otherwise stands beside it in the author's own words. */
const quoted = [
  "#   cd /srv/enterprise-chef-server-schema/ && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy",
  "# 0. Start mover console via /srv/chef_mover/current/bin$ sudo ./mover console",
  "# 10. Turn orgs 503 mode off.",
];

const typed = [
  "cd /srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy",
  'mover_org_darklaunch:orgs_503_endpoint_mode("true").',
  "mover_manager:create_account_dets().",
  "application:set_env(mover, sleep_time, 0).",
  "mover_manager:migrate(all, 20, mover_org_migration_callback).",
  "mover_manager:migrate(all, 20, mover_org_user_association_migration_callback).",
  "mover_manager:migrate(all, 20, mover_org_user_invites_migration_callback).",
  "mover_manager:migrate(all, 20, mover_global_groups_migration_callback).",
  'mover_org_darklaunch:org_related_endpoints_to_couch("false").',
  'mover_org_darklaunch:orgs_503_endpoint_mode("false").',
  'mover_org_darklaunch:org_related_endpoints_to_couch("true").',
  "l(moser_chef_converter).",
  "moser_chef_converter:delete_all_org_and_global_groups_data().",
];

interface Page {
  readonly text: string;
  /** Lines that stand in a code block. */
  readonly code: readonly string[];
  readonly prose: string;
}

async function show(...args: readonly string[]): Promise<Page> {
  const { status, said } = await runCli(["show", ...args]);
  expect(status, said).toBe(0);
  const fences = /^(`{3,})\n([\s\S]*?)\n\1$/gm;
  const code = [...said.matchAll(fences)].flatMap(([, , lines = ""]) => lines.split("\n"));
  return { text: said, code, prose: said.replaceAll(fences, "") };
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), "show-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function written(text: string): string {
  const path = join(folder(), "runbook.yml");
  writeFileSync(path, text);
  return path;
}

describe("the shipped runbook as a page", { timeout: 60_000 }, () => {
  test("has every command of the original, literally and in its order, in code blocks", async () => {
    const { code } = await show();
    expect([...typed, ...quoted].filter((line) => !code.includes(line))).toEqual([]);
    const chain = typed.slice(0, 10).map((command) => code.indexOf(command));
    expect(chain).toEqual(chain.toSorted((a, b) => a - b));
    expect(code).toContain("cd /srv/chef_mover/current/bin && sudo ./mover start");
  });

  test("names every phase and step with title and id, in order", async () => {
    const { prose } = await show("--runbook", file);
    const runbook = loadRunbook(file);
    const places = stepsOf(runbook).map(({ step }) => prose.indexOf(` · \`${step.id}\` · `));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    const own = prose.indexOf("## Phases that are dispatched on their own");
    for (const { id, title, dispatched } of runbook.phases) {
      const at = prose.indexOf(`${title} (\`${id}\`)`);
      expect(at, id).toBeGreaterThan(0);
      expect(at > own, id).toBe(dispatched !== undefined);
    }
  });

  test("says where downtime starts and ends, what cannot be taken back, what a person does", async () => {
    const { prose } = await show();
    for (const words of [
      "# Org related migrations",
      "- ⏱ **Downtime starts**: `migrate` › Put orgs in 503 mode",
      "- ⚠️ **Point of no return: after this the way back loses data**: `reopen` › Turn orgs 503 mode off",
      "- ⏱ **Downtime ends**: `reopen` › Writes are taken again",
      "⏱ **Budget of the downtime**: 2 h 00 min",
      "**4. Deploy the schema** · `deploy-schema` · run · on `chef-pgsql`, one after the other",
      "· eval · in console `mover` on `couchdb`<br>⏱ **Downtime starts**",
      "repeatable: doing it again does no harm",
      "if it does not hold: an earlier run may have stopped half way; dispatch Rollback",
      "found half done, it is done again from step stop-console-for-dets",
      "only when step 7 is refused",
      "Only when reset is dispatched. It closes the round.",
      "| `workers` | `20` | part of what a rehearsal proves |",
      "| `db_host` | `127.0.0.1` | may differ |",
      "- `prober_key`, optional: private RSA key",
      "- `couchdb`: exactly one host (a console",
      "- `chef-pgsql`\n",
      "| `org_migration_failure` |",
    ])
      expect(prose).toContain(words);
  });

  test("has checks and expectations, and what steps refer to by name", async () => {
    const { code } = await show();
    for (const line of [
      "must give ok",
      "done when orgs_503_mode is true (reading flags)",
      "PUT /organizations/pivotal-probe must answer 503",
      "in data bag environments, item <environment>, of https://chef.example.com/organizations/hosted",
      "attach: sudo ./mover attach",
      "mover_manager:status().",
    ])
      expect(code).toContain(line);
  });

  test("is written to a file with --out, and says why where it cannot be", async () => {
    const out = join(folder(), "page.md");
    const { text } = await show();
    const ended = await runCli(["show", "--out", out]);
    expect(ended).toEqual({ status: 0, said: `${file}: written to ${out}\n` });
    expect(readFileSync(out, "utf8")).toBe(text);
    const refused = await runCli(["show", "--out", join(out, "below")]);
    expect(refused).toMatchObject({
      status: 3,
      said: expect.stringMatching(/cannot be written \(ENOTDIR\)\nNext: /),
    });
  });
});

describe("other runbooks as pages", { timeout: 60_000 }, () => {
  test.each(["shell", "console", "api", "databag"])("the example %s", async (name) => {
    const example = `docs/examples/${name}.yml`;
    const { prose } = await show("--runbook", example);
    for (const { step } of stepsOf(loadRunbook(example)))
      expect(prose).toContain(` · \`${step.id}\` · `);
  });

  test("a hostile title, command and default are text and nothing else", async () => {
    const { text, prose, code } = await show(
      "--runbook",
      written(`runbook: hostile
title: "<script>alert(1)</script> [x](http://evil) @team **b** \\e[31m ::error::no"
vars: { evil: "\`|<b>::set-env ##[x]" }
phases:
  - id: only
    round: opens
    title: "a | b \\n# injected"
    steps:
      # \`\`\` <script> ::error::no ##[group]z
      - id: one
        title: "</details><img src=x>"
        on: web
        next: "read <i>this</i>"
        run: |
          echo hello
          ::error::injected
          \`\`\`
          # heading \\\`\\\`\\\`\\\`
          echo "##[group]x" A::B
        repeatable: true
`),
    );
    expect(prose).not.toMatch(/<(?!br>|\/?code>)/);
    expect(prose).not.toContain("**b**");
    expect(prose).not.toContain("](http");
    expect(text).not.toMatch(/^\s*::/m);
    expect(text).not.toContain("##[");
    expect(text).not.toContain("\u001b");
    expect(text.match(/^# .*/gm)?.filter((line) => line.includes("injected"))).toEqual([]);
    expect(code).toContain("echo hello");
    expect(code).toContain("# ``` <script> ::error::no ## [group]z");
    expect(code).toContain('echo "## [group]x" A::B');
    expect(code).toContain("```");
  });

  test("a variable without a default stands by its name; a length of time has to be given", async () => {
    const path = written(`runbook: open
vars: { owner: null, patience: null }
phases:
  - id: only
    round: opens
    steps:
      - { id: one, on: web, env: { OWNER: "\${owner}" }, run: "true", repeatable: true, timeout: "\${patience}" }
`);
    const without = await runCli(["show", "--runbook", path]);
    expect(without.status).toBe(3);
    expect(without.said).toContain("is not a duration such as 30s or 5m");
    const { code, prose } = await show("--runbook", path, "--vars", "patience: 5m");
    expect(code).toContain("OWNER='<owner>' true");
    expect(prose).toContain("| `owner` | has to be given |");
    expect(prose).toContain("at most 5 min");
  });

  test("what is wrong is said without a trace of our own code", async () => {
    const rows = [
      [["show", "--runbook", "none.yml"], 3, "there is no such file"],
      [["show", "--runbok", "x"], 2, "there is no option --runbok; did you mean --runbook?"],
      [["shwo"], 2, "there is no command shwo; did you mean show?"],
      [["show", "--vars", "nobody: 1"], 3, "unknown variable `nobody`"],
    ] as const;
    for (const [args, status, words] of rows) {
      const ended = await runCli(args);
      expect(ended).toMatchObject({ status, said: expect.stringContaining(words) });
      expect(ended.said).not.toMatch(/^\s+at .*:\d+/m);
    }
    expect((await runCli(["show", "--help"])).said).toContain("connects to nothing");
  });
});
