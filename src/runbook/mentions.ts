import type { Path } from "../config/source.ts";
import { checkMentions } from "./mentions/check-mentions.ts";
import { kindMentions } from "./mentions/kind-mentions.ts";
import {
  each,
  expectation,
  expression,
  oneHostShell,
  question,
  seconds,
  shell,
  template,
} from "./mentions/parts.ts";
import type { Mention } from "./mentions/parts.ts";
import type { Runbook, Step } from "./schema.ts";

export type { Mention } from "./mentions/parts.ts";

/** Everything in a runbook that refers to something else, with its place; what each check needs is a filter of it. */
export function* mentionsOf(runbook: Runbook): Generator<Mention> {
  yield* declarations(runbook);
  yield* seconds(runbook.downtime?.budgetSeconds, ["downtime", "budget"]);
  for (const [index, phase] of runbook.phases.entries()) {
    yield* seconds(phase.timeoutSeconds, ["phases", index, "timeout"]);
  }
  for (const { step, path } of stepsOf(runbook)) yield* stepMentions(step, path);
}

export interface PlacedStep {
  readonly step: Step;
  readonly path: Path;
  /** Index of its phase. */
  readonly phase: number;
}

/** Every step in the order of the document, clean-ups of a refusal right after the step that has them. */
export function stepsOf(runbook: Runbook): readonly PlacedStep[] {
  return runbook.phases.flatMap(({ steps }, phase) =>
    steps.flatMap((step, index) => withCleanUp(step, ["phases", phase, "steps", index], phase)),
  );
}

function withCleanUp(step: Step, path: Path, phase: number): readonly PlacedStep[] {
  const cleanUp = (step.onRefusal ?? []).flatMap((one, index) =>
    withCleanUp(one, [...path, "on-refusal", index], phase),
  );
  return [{ step, path, phase }, ...cleanUp];
}

function* stepMentions(step: Step, path: Path): Generator<Mention> {
  for (const one of step.when ?? []) {
    if (one.kind === "input")
      yield { kind: "input", value: one.input, path: [...path, "when", "input"] };
    if (one.kind === "secret")
      yield { kind: "secret", value: one.secret, path: [...path, "when", "secret"] };
  }
  yield* seconds(step.timeoutSeconds, [...path, "timeout"]);
  yield* kindMentions(step, path);
  if (step.check !== undefined) yield* checkMentions(step.check, step, [...path, "check"]);
  if (step.otherwise !== undefined)
    yield* oneHostShell(
      step.otherwise,
      [...path, "otherwise"],
      { run: step.otherwise.run },
      "the other way",
    );
}

function* declarations(runbook: Runbook): Generator<Mention> {
  for (const [name, log] of Object.entries(runbook.logs)) {
    yield* each("role", log.on, ["logs", name, "on"]);
    yield template(log.files, ["logs", name, "files"], log.on);
    yield template(log.entry, ["logs", name, "entry"], []);
  }
  for (const [name, reading] of Object.entries(runbook.readings)) {
    yield* shell(reading, ["readings", name], { run: reading.run });
  }
  for (const [name, one] of Object.entries(runbook.consoles)) {
    const path = ["consoles", name];
    yield { kind: "single-role", value: one.on, path: [...path, "on"], purpose: "a console" };
    for (const key of ["directory", "node", "start", "attach", "ping", "stop"] as const) {
      yield template(one[key], [...path, key], [one.on]);
    }
    yield* seconds(one.settleSeconds, [...path, "settle"]);
    for (const [index, ready] of one.ready.entries())
      yield* expectation(ready, [...path, "ready", index]);
  }
  yield* polls(runbook);
  for (const [name, one] of Object.entries(runbook.reconciliations)) {
    const path = ["reconciliations", name];
    for (const side of ["source", "dets", "sql"] as const)
      yield* question(one[side], [...path, side]);
    yield* each("class", one.failures, [...path, "failures"]);
  }
  yield* chef(runbook);
  for (const [name, one] of Object.entries(runbook.signers)) {
    yield template(one.client, ["signers", name, "client"], []);
    yield { kind: "secret", value: one.key, path: ["signers", name, "key"] };
  }
  for (const [name, one] of Object.entries(runbook.references)) {
    yield* question(one.source, ["references", name, "source"]);
    if (one.sql !== undefined) yield* question(one.sql, ["references", name, "sql"]);
  }
}

function* chef({ chef: one }: Runbook): Generator<Mention> {
  if (one === undefined) return;
  yield template(one.url, ["chef", "url"], []);
  yield template(one.client, ["chef", "client"], []);
  yield { kind: "secret", value: one.key, path: ["chef", "key"] };
  if (one.ca !== undefined) yield { kind: "secret", value: one.ca, path: ["chef", "ca"] };
  if (one.on !== undefined)
    yield {
      kind: "single-role",
      value: one.on,
      path: ["chef", "on"],
      purpose: "the way to the Chef server",
    };
}

function* polls(runbook: Runbook): Generator<Mention> {
  for (const [name, poll] of Object.entries(runbook.polls)) {
    const path = ["polls", name];
    yield expression(poll.status, [...path, "status"]);
    yield* seconds(poll.everySeconds, [...path, "every"]);
    for (const [index, before] of poll.before.entries())
      yield* expectation(before, [...path, "before", index]);
    if (poll.stalled !== undefined)
      yield expression(poll.stalled.free, [...path, "stalled", "free"]);
    const states: [Path, Readonly<Record<string, string>>][] = [
      [["idle"], poll.idle],
      ...poll.busy.map((state, index): [Path, Readonly<Record<string, string>>] => [
        ["busy", index],
        state,
      ]),
      [["done"], poll.done],
      [["stopped"], poll.stopped ?? {}],
      [["sticky"], poll.sticky],
      [["stalled", "when"], poll.stalled?.when ?? {}],
    ];
    for (const [where, state] of states) {
      for (const [key, value] of Object.entries(state))
        yield { kind: "pattern", value, path: [...path, ...where, key] };
    }
  }
}
