import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inputNames } from "../../src/action/inputs.ts";
import { type Job, loadWorkflow, readWorkflow, type Step } from "./workflow.ts";

interface Phase {
  readonly id: string;
  readonly title: string;
  readonly dispatched?: string;
}

const files = readdirSync(".github/workflows").sort();
const dispatched = [
  "org-migration.yml",
  "reset.yml",
  "resolve.yml",
  "restore-data-bags.yml",
  "rollback.yml",
];
const runbook = parse(readFileSync("runbooks/org-migration/runbook.yml", "utf8")) as {
  phases: Phase[];
};
const chain = runbook.phases.filter((phase) => phase.dispatched === undefined);
const single = runbook.phases.filter((phase) => phase.dispatched !== undefined);

function actionStep(job: Job | undefined): Step {
  const steps = job?.steps.filter((step) => step.uses === "./") ?? [];
  expect(steps).toHaveLength(1);
  return steps[0] as Step;
}

function allJobs(name: string): [string, Job][] {
  return Object.entries(loadWorkflow(name).jobs);
}

it("there are these workflows", () => {
  expect(files).toEqual(["ci.yml", "every-fault.yml", ...dispatched].sort());
});

describe("org-migration.yml", () => {
  const { jobs, concurrency } = loadWorkflow("org-migration.yml");

  it("has the runbook's phases as jobs, in its order, behind the plan", () => {
    expect(Object.keys(jobs)).toEqual(["plan", ...chain.map(({ id }) => id), "evidence"]);
    for (const [index, { id }] of chain.entries()) {
      const before = chain[index - 1]?.id;
      expect(jobs[id]?.needs).toEqual(before === undefined ? ["plan"] : ["plan", before]);
      expect(actionStep(jobs[id]).with?.["phase"]).toBe(id);
    }
  });

  it("calls each job by the phase's title", () => {
    const names = Object.values(jobs).map((job) => (job as { name?: string }).name);
    expect(names).toEqual(["Plan", ...chain.map(({ title }) => title), "Evidence"]);
  });

  it("plans without an environment and without secrets", () => {
    expect(jobs["plan"]?.environment).toBeUndefined();
    expect(JSON.stringify(jobs["plan"])).not.toContain("secrets.");
    expect(actionStep(jobs["plan"]).with?.["phase"]).toBe("plan");
  });

  it("hands the plan's digest to every phase", () => {
    expect(jobs["plan"]?.outputs).toEqual({
      "plan-digest": "${{ steps.phase.outputs.plan-digest }}",
    });
    for (const { id } of chain) {
      expect(actionStep(jobs[id]).with?.["plan-digest"]).toBe(
        "${{ needs.plan.outputs.plan-digest }}",
      );
    }
  });

  it("gives plan and phases the same runbook and variables, since the digest covers them", () => {
    const [first, ...rest] = Object.values(jobs).map((job) => {
      const { environment, runbook: file, vars, inventory } = actionStep(job).with ?? {};
      return { environment, file, vars, inventory };
    });
    for (const other of rest) expect(other).toEqual(first);
  });

  it("is one at a time in an environment and never cancelled by the next", () => {
    expect(concurrency).toEqual({
      group: "org-migration-${{ inputs.environment }}",
      "cancel-in-progress": false,
    });
  });

  it("lets every phase read who approved the run and how the environment is protected, and the plan nothing", () => {
    for (const [id, job] of Object.entries(jobs)) {
      const extra = id === "plan" ? {} : { actions: "read" };
      const says = id === "preflight" || id === "evidence" ? { statuses: "write" } : {};
      expect(job.permissions).toEqual({ contents: "read", ...extra, ...says });
    }
  });
});

describe("evidence", () => {
  it.each([
    ["org-migration.yml", ["plan", ...chain.map(({ id }) => id)]],
    ["rollback.yml", ["rollback"]],
  ])("is the last job of %s, whatever became of the others, and has no secrets", (file, others) => {
    const job = loadWorkflow(file).jobs["evidence"];
    expect(job).toMatchObject({ needs: others, if: "always()" });
    expect(job?.environment).toBeUndefined();
    expect(JSON.stringify(job)).not.toContain("secrets.");
    expect(actionStep(job).with?.["phase"]).toBe("evidence");
    expect(job?.permissions).toEqual({ actions: "read", contents: "read", statuses: "write" });
    expect(JSON.stringify(job)).toContain(
      "evidence-${{ inputs.environment }}-${{ github.run_attempt }}",
    );
  });
});

describe("phases that are dispatched on their own", () => {
  it.each(single.map(({ id, title }) => [id, title]))(
    "%s has a workflow whose first job is the phase",
    (id, title) => {
      const { jobs } = loadWorkflow(`${id}.yml`);
      expect(Object.keys(jobs)[0]).toBe(id);
      expect((jobs[id] as { name?: string }).name).toBe(title);
      expect(actionStep(jobs[id]).with?.["phase"]).toBe(id);
      expect(jobs[id]?.permissions).toEqual({ actions: "read", contents: "read" });
    },
  );

  it.each(["rollback", "reset"])("%s hands over how many rows may be lost", (id) => {
    expect(actionStep(loadWorkflow(`${id}.yml`).jobs[id]).with?.["accept-data-loss"]).toBe(
      "${{ inputs.accept-data-loss }}",
    );
  });

  it("rollback and resolve wait for nothing", () => {
    expect(loadWorkflow("rollback.yml").concurrency).toBeUndefined();
    expect(loadWorkflow("resolve.yml").concurrency).toBeUndefined();
  });

  it("reset is in no group with the migration", () => {
    expect(loadWorkflow("reset.yml").concurrency?.group).toBe("reset-${{ inputs.environment }}");
  });

  it("rollback takes its reviewers and secrets from an environment of its own, if there is one", () => {
    const { jobs, on } = loadWorkflow("rollback.yml");
    expect(jobs["rollback"]?.environment).toBe(
      "${{ inputs.approval-environment || inputs.environment }}",
    );
    expect(actionStep(jobs["rollback"]).with).toMatchObject({
      environment: "${{ inputs.environment }}",
      "keep-503": "${{ inputs.keep-503 }}",
      reason: "${{ inputs.reason }}",
    });
    expect(on.workflow_dispatch?.inputs["approval-environment"]?.required).toBeUndefined();
  });

  it("resolve hands over step, ruling and reason, gated like a phase", () => {
    const { jobs } = loadWorkflow("resolve.yml");
    expect(jobs["resolve"]?.environment).toBe("${{ inputs.environment }}");
    expect(actionStep(jobs["resolve"]).with).toMatchObject({
      phase: "resolve",
      step: "${{ inputs.step }}",
      ruling: "${{ inputs.ruling }}",
      reason: "${{ inputs.reason }}",
    });
  });
});

describe.each(dispatched)("%s", (name) => {
  const workflow = loadWorkflow(name);

  it("asks for the environment and names it in the run's title", () => {
    expect(workflow.on.workflow_dispatch?.inputs["environment"]).toMatchObject({
      type: "environment",
      required: true,
    });
    expect(workflow["run-name"]).toContain("${{ inputs.environment }}");
  });

  it("runs where the dispatch or the repository says", () => {
    for (const job of Object.values(workflow.jobs)) {
      expect(job["runs-on"]).toBe("${{ inputs.runner || vars.RUNBOOK_RUNNER || 'ubuntu-latest' }}");
    }
  });

  it("uses only inputs that it declares, and hands the action only inputs that it has", () => {
    const declared = Object.keys(workflow.on.workflow_dispatch?.inputs ?? {});
    const used = [...readWorkflow(name).matchAll(/\binputs\.([\w-]+)/g)].map(([, input]) => input);
    expect(declared.sort()).toEqual([...new Set(used)].sort());
    for (const job of Object.values(workflow.jobs)) {
      const given = Object.keys(actionStep(job).with ?? {});
      expect(inputNames).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(expect.arrayContaining(["phase", "environment"]));
    }
  });

  it("gives secrets only to jobs that an environment gates, and only to the action", () => {
    for (const [id, job] of Object.entries(workflow.jobs)) {
      const inputs = Object.entries(actionStep(job).with ?? {});
      const secret = inputs
        .filter(([, value]) => value.includes("secrets."))
        .map(([input]) => input);
      const expected = ["known-hosts", "secrets", "ssh-passphrase", "ssh-private-key"];
      expect(secret.sort()).toEqual(job.environment === undefined ? [] : expected);
      const others = job.steps.filter((step) => step.uses !== "./");
      expect(JSON.stringify(others), id).not.toContain("secrets.");
    }
  });

  it("keeps journal and summaries under a name of their own, however the job ends", () => {
    const names = Object.values(workflow.jobs).map((job) => {
      const upload = job.steps.at(-1);
      expect(upload?.uses).toMatch(/^actions\/upload-artifact@/);
      expect(upload?.if).toBe("always()");
      const proves = actionStep(job).with?.["phase"] === "evidence";
      expect(upload?.with?.["path"]?.trim().split("\n")).toEqual([
        ...(proves ? [] : ["${{ steps.phase.outputs.journal }}"]),
        "${{ runner.temp }}/runbook-phase/**",
      ]);
      expect(actionStep(job).id).toBe("phase");
      expect(upload?.with?.["name"]).toContain("${{ github.run_attempt }}");
      return upload?.with?.["name"];
    });
    expect(new Set(names).size).toBe(names.length);
  });
});

describe.each(files)("%s", (name) => {
  it("pins every foreign action to a commit and says which version that is", () => {
    const uses = [...readWorkflow(name).matchAll(/\buses: (.+)/g)].map(([, value = ""]) => value);
    expect(uses.length).toBeGreaterThan(0);
    for (const value of uses.filter((value) => value !== "./")) {
      expect(value).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  it("grants nothing by default, only reading and statuses to jobs, and no lasting credentials", () => {
    expect(loadWorkflow(name).permissions).toEqual({});
    for (const [id, job] of allJobs(name)) {
      const { statuses: _, ...others } = job.permissions ?? { missing: id };
      expect(Object.values(others).filter((value) => value !== "read")).toEqual([]);
      const checkouts = job.steps.filter((step) => step.uses?.startsWith("actions/checkout@"));
      for (const step of checkouts) expect(step.with?.["persist-credentials"]).toBe(false);
    }
  });

  it("ends every job some time", () => {
    for (const [, job] of allJobs(name)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  it("pastes no input into shell text", () => {
    const scripts = allJobs(name).flatMap(([, job]) => job.steps.map((step) => step.run ?? ""));
    for (const script of scripts) expect(script).not.toContain("${{");
  });
});

describe("ci.yml", () => {
  it("has one job that stands for all the others", () => {
    const { jobs } = loadWorkflow("ci.yml");
    const others = Object.keys(jobs).filter((id) => id !== "ci-ok");
    expect(jobs["ci-ok"]?.needs).toEqual(others);
    for (const id of others) expect(jobs[id]?.steps.at(-1)?.run).toBe("bash .ci/run");
  });
});
