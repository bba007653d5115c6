import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { opening, phase, runbookWith, textsOf, validWorkflow } from "./source.ts";

const ours = "runbooks/org-migration/runbook.yml";
const folder = ".github/workflows";

describe("the workflows of this repository", () => {
  const texts = textsOf(ours);

  it.each(Object.keys(texts))("%s is what is generated from the runbook", (name) => {
    expect(readFileSync(`${folder}/${name}`, "utf8")).toBe(texts[name]);
  });

  it("are all generated, but those that are about the repository itself", () => {
    const others = readdirSync(folder).filter((name) => !(name in texts));
    expect(others.sort()).toEqual(["ci.yml", "every-fault.yml"]);
  });

  it("use the pinned actions that the others use", () => {
    const pinsOf = (name: string) =>
      [...readFileSync(`${folder}/${name}`, "utf8").matchAll(/uses: (actions\/checkout.*)/g)].map(
        ([, pin]) => pin,
      );
    expect(new Set([...pinsOf("ci.yml"), ...pinsOf("org-migration.yml")]).size).toBe(1);
  });
});

describe.each(readdirSync("docs/examples").filter((name) => isRunbook(`docs/examples/${name}`)))(
  "docs/examples/%s",
  (name) => {
    it.each([false, true])("gives valid workflows, prefixed: %s", (prefixed) => {
      const texts = textsOf(`docs/examples/${name}`, { prefixed });
      for (const text of Object.values(texts)) validWorkflow(text);
      expect(textsOf(`docs/examples/${name}`, { prefixed })).toEqual(texts);
    });
  },
);

function isRunbook(file: string): boolean {
  return /^runbook: /m.test(readFileSync(file, "utf8"));
}

describe("a runbook without anything that is dispatched", () => {
  const texts = textsOf("docs/examples/shell.yml");

  it("gets the chain and the rulings", () => {
    expect(Object.keys(texts)).toEqual(["shell-example.yml", "resolve.yml"]);
  });

  it("gets a chain of its own phases, titles and file", () => {
    const { jobs, on } = validWorkflow(texts["shell-example.yml"] ?? "");
    expect(Object.keys(jobs)).toEqual(["plan", "preflight", "deploy", "evidence"]);
    expect(jobs["deploy"]).toMatchObject({ name: "Deploy", needs: ["plan", "preflight"] });
    expect(on.workflow_dispatch?.inputs["runbook"]).toMatchObject({
      default: "docs/examples/shell.yml",
    });
  });

  it("asks nothing about losses, 503 or a downtime", () => {
    const text = Object.values(texts).join("");
    expect(text).not.toMatch(/accept-data-loss|keep-503|downtime/);
  });
});

describe("names", () => {
  it("carry the runbook's, where several runbooks share a repository", () => {
    const texts = textsOf(ours, { prefixed: true });
    expect(Object.keys(texts)).toEqual([
      "org-migration.yml",
      "org-migration-rollback.yml",
      "org-migration-reset.yml",
      "org-migration-restore-data-bags.yml",
      "org-migration-resolve.yml",
    ]);
    const reset = validWorkflow(texts["org-migration-reset.yml"] ?? "");
    expect(reset).toMatchObject({ name: "Org migration reset" });
    expect(reset.concurrency?.group).toBe("org-migration-reset-${{ inputs.environment }}");
  });
});

describe("what a phase asks for", () => {
  const lossy = (id: string, dispatched: string, when: string) =>
    phase(
      id,
      dispatched,
      `      - id: count-${id}
        on: web
        loss: { count: rows${when} }
        tables: { things: echo 1 }
`,
    );

  it("is the loss only where a step counts one", () => {
    const file = runbookWith(
      opening +
        lossy("forget", "    dispatched: reset\n", ", when: protected") +
        phase("back", "    dispatched: rollback\n"),
    );
    const texts = textsOf(file);
    expect(texts["forget.yml"]).toContain(
      "description: Rows to delete where the environment is protected. Empty = none",
    );
    expect(texts["back.yml"]).not.toContain("accept-data-loss");
    expect(validWorkflow(texts["back.yml"] ?? "")["run-name"]).toBe(
      "Back in ${{ inputs.environment }}",
    );
  });

  it("is keep-503 only where a step depends on it, in the chain too", () => {
    const step = `      - id: only-then
        on: web
        when: { input: keep-503, is: false }
        assert: echo here
        expect: here
`;
    const texts = textsOf(runbookWith(opening + phase("deploy", "", step)));
    const { jobs } = validWorkflow(texts["small.yml"] ?? "");
    expect(JSON.stringify(jobs["deploy"])).toContain("inputs.keep-503");
    expect(JSON.stringify(jobs["preflight"])).not.toContain("inputs.keep-503");
  });
});

describe("how long a job may take", () => {
  const minutes = (more: string, step = "", head?: string) => {
    const texts = textsOf(runbookWith(opening + phase("deploy", more, step), head));
    return validWorkflow(texts["small.yml"] ?? "").jobs["deploy"]?.["timeout-minutes"];
  };
  const run = (more: string) => `      - id: act
        on: web
        run: ./act
        repeatable: true
${more}`;

  it.each([
    ["an hour, where its steps take less", "", "", 60],
    ["its timeout, and a quarter of an hour to end well", "    timeout: 90m\n", "", 105],
    ["what its steps may take, host by host", "", run(""), 180],
    ["what its steps say themselves", "", run("        timeout: 5h\n"), 720],
    [
      "the same for all hosts at once",
      "",
      run("        timeout: 5h\n        order: parallel\n"),
      360,
    ],
  ])("is %s", (_, more, step, expected) => {
    expect(minutes(more, step)).toBe(expected);
  });

  it("is the default of a variable", () => {
    const head = 'runbook: small\nvars: { longest: "3h" }\n';
    expect(minutes("    timeout: ${longest}\n", "", head)).toBe(195);
  });

  it("is said where GitHub's own runners would not do", () => {
    const text = textsOf(ours)["org-migration.yml"] ?? "";
    expect(text.match(/GitHub's own runners end a job/g)).toHaveLength(1);
  });
});

describe("foreign words", () => {
  const nasty: readonly string[] = [
    "Deploy: the release",
    "Deploy # not a comment",
    `"quoted" and 'quoted'`,
    "{flow: [style]}",
    "- a list",
    "* alias & anchor ! tag",
    "%directive @at `tick`",
    "yes",
    "null",
    "1e3",
    "~",
    " leading and trailing ",
    "back\\slash",
    "Größe, 大きさ und 🚀",
    "two\nlines\n  - uses: evil/action@main",
    "tab\tand \u0085 next line \u2028 separator \u0007 bell \u202e override",
    "?",
    "key: |",
    "---",
    "<<: *x",
  ];

  it.each(nasty)("as a title stay words: %j", (title) => {
    const head = `runbook: small\ntitle: ${JSON.stringify(title)}\n`;
    const more = `    title: ${JSON.stringify(title)}\n`;
    const file = runbookWith(
      opening + phase("deploy", more) + phase("back", `${more}    dispatched: rollback\n`),
      head,
    );
    const plain = textsOf(
      runbookWith(opening + phase("deploy") + phase("back", "    dispatched: rollback\n")),
    );
    const texts = textsOf(file, { as: "runbook.yml" });
    for (const [name, text] of Object.entries(texts)) {
      const { jobs } = validWorkflow(text);
      const usual = validWorkflow(plain[name] ?? "");
      expect(Object.keys(jobs)).toEqual(Object.keys(usual.jobs));
      for (const id of ["deploy", "back"].filter((id) => id in jobs)) {
        const words = title.replaceAll(/[\s\p{C}]+/gu, " ").trim();
        expect(jobs[id]).toMatchObject({ name: words });
        expect(jobs[id]?.steps[1]).toMatchObject({ name: words });
        expect(jobs[id]?.steps.map(({ uses }) => uses)).toEqual(
          usual.jobs[id]?.steps.map(({ uses }) => uses),
        );
      }
    }
  });

  it.each([
    ["${{ secrets.SSH_PRIVATE_KEY }}", "${{ '${{' }} secrets.SSH_PRIVATE_KEY }}"],
    ["$${{{ github.token }}", "$${{ '${{' }}{ github.token }}"],
  ])("are no expressions: %s", (title, expected) => {
    const text = textsOf(runbookWith(opening + phase("deploy", `    title: '${title}'\n`)))[
      "small.yml"
    ];
    const { jobs } = parse(text ?? "") as { jobs: Record<string, { name: string }> };
    expect(jobs["deploy"]?.name).toBe(expected);
  });

  it.each(["Plan", "Evidence"])("do not pass for a job of ours: %s", (title) => {
    const text = textsOf(runbookWith(opening + phase("deploy", `    title: ${title}\n`)))[
      "small.yml"
    ];
    expect(validWorkflow(text ?? "").jobs["deploy"]).toMatchObject({ name: `${title} (deploy)` });
  });

  it.each(["true", "null", "on", "a--b-"])("may be ids: %s", (id) => {
    const texts = textsOf(
      runbookWith(opening + phase(`"${id}"`, "", phase("after")), `runbook: "${id}"\n`),
    );
    const workflow = validWorkflow(texts[`${id}.yml`] ?? "");
    const { jobs } = workflow;
    expect(workflow).toMatchObject({ name: expect.stringMatching(/^[A-Z]/) as string });
    expect(Object.keys(jobs)).toContain(id);
    expect(jobs["after"]?.needs).toEqual(["plan", id]);
    expect(jobs[id]?.steps[1]?.with?.["phase"]).toBe(id);
  });

  it.each(["a: b/run #1.yml", "it's/$HOME/runbook.yml", "x\ny: z.yml"])(
    "may be in the path of the runbook: %j",
    (as) => {
      const texts = textsOf(runbookWith(opening), { as });
      const inputs = validWorkflow(texts["small.yml"] ?? "").on.workflow_dispatch?.inputs;
      expect(inputs?.["runbook"]).toMatchObject({ default: as });
    },
  );
});
