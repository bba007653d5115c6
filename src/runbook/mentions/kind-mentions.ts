import type { Path } from "../../config/source.ts";
import type {
  DatabagStep,
  EvalStep,
  ExerciseStep,
  LossStep,
  ProbeStep,
  Step,
  WatchStep,
} from "../schema.ts";
import {
  answers,
  each,
  expectation,
  expression,
  groups,
  oneHostShell,
  request as requestMentions,
  seconds,
  shell,
  template,
} from "./parts.ts";
import type { Mention } from "./parts.ts";

/** What a step refers to by being of its kind. */
export function* kindMentions(step: Step, path: Path): Generator<Mention> {
  switch (step.kind) {
    case "run":
      return yield* shell(step, path, { run: step.run });
    case "assert":
      yield* shell(step, path, { assert: step.assert });
      if (step.expect !== undefined) yield template(step.expect, [...path, "expect"], step.on);
      return;
    case "reading":
      yield { kind: "reading", value: step.reading, path: [...path, "reading"] };
      return yield* answers(step.reading, step.expect ?? {}, [...path, "expect"]);
    case "eval":
      return yield* evalMentions(step, path);
    case "control":
      yield { kind: "console", value: step.console, path: [...path, "console"] };
      for (const [index, ready] of step.ready.entries())
        yield* expectation(ready, [...path, "ready", index]);
      return;
    case "databag":
      return yield* databagMentions(step, path);
    case "databag-read":
      yield template(step.databagRead, [...path, "databag-read"], []);
      return yield template(step.item, [...path, "item"], []);
    case "restores":
      return;
    case "probe":
      return yield* probeMentions(step, path);
    case "exercise":
      return yield* exerciseMentions(step, path);
    case "watch":
      return yield* watchMentions(step, path);
    case "reconcile":
      return yield* each("reconciliation", step.reconcile, [...path, "reconcile"]);
    case "gate":
      return;
    case "snapshot":
    case "loss":
      return yield* tableMentions(step, path);
    case "idle":
      yield { kind: "console", value: step.console, path: [...path, "console"] };
      return yield { kind: "poll", value: step.pollIdle, path: [...path, "poll-idle"] };
  }
}

function* evalMentions(step: EvalStep, path: Path): Generator<Mention> {
  yield { kind: "console", value: step.console, path: [...path, "console"] };
  yield expression(step.eval, [...path, "eval"]);
  if (step.expect !== undefined)
    yield { kind: "pattern", value: step.expect, path: [...path, "expect"] };
  if (step.poll !== undefined) yield { kind: "poll", value: step.poll, path: [...path, "poll"] };
  if (step.log !== undefined) yield { kind: "log", value: step.log, path: [...path, "log"] };
  if (step.reconciles !== undefined) {
    yield { kind: "reconciliation", value: step.reconciles, path: [...path, "reconciles"] };
  }
}

function* databagMentions(step: DatabagStep, path: Path): Generator<Mention> {
  yield template(step.databag, [...path, "databag"], []);
  yield template(step.item, [...path, "item"], []);
  for (const [pointer, value] of Object.entries(step.set)) {
    if (typeof value === "string") yield template(value, [...path, "set", pointer], []);
  }
}

function* probeMentions(step: ProbeStep, path: Path): Generator<Mention> {
  yield* each("role", step.on, [...path, "on"]);
  yield template(step.url, [...path, "url"], step.on);
  yield* seconds(step.steady?.everySeconds, [...path, "steady", "every"]);
  for (const [index, request] of step.probe.entries()) {
    yield* requestMentions(request, [...path, "probe", index], step.on);
  }
}

function* exerciseMentions(step: ExerciseStep, path: Path): Generator<Mention> {
  yield* each("role", step.on, [...path, "on"]);
  yield template(step.url, [...path, "url"], step.on);
  yield template(step.throwAway, [...path, "throw-away"], step.on);
  yield { kind: "signer", value: step.signed, path: [...path, "signed"] };
  for (const key of ["exercise", "finally"] as const) {
    for (const [index, request] of step[key].entries())
      yield* requestMentions(request, [...path, key, index], step.on);
  }
}

function* watchMentions(step: WatchStep, path: Path): Generator<Mention> {
  yield { kind: "log", value: step.watch, path: [...path, "watch"] };
  yield* seconds(step.forSeconds, [...path, "for"]);
  yield* seconds(step.untilQuietSeconds, [...path, "until-quiet"]);
  yield* groups(step.watch, step.where, [...path, "where"]);
  yield* groups(step.watch, step.limits?.none ?? {}, [...path, "limits", "none"]);
  yield* groups(step.watch, step.limits?.all ?? {}, [...path, "limits", "all"]);
  if (step.sends === undefined) return;
  yield* each("role", step.sends.on, [...path, "sends", "on"]);
  yield template(step.sends.url, [...path, "sends", "url"], step.sends.on);
  yield* seconds(step.sends.everySeconds, [...path, "sends", "every"]);
  for (const [index, request] of step.sends.requests.entries()) {
    yield* requestMentions(request, [...path, "sends", "requests", index], step.sends.on);
  }
}

function* tableMentions(
  step: Extract<Step, { kind: "snapshot" | "loss" }>,
  path: Path,
): Generator<Mention> {
  yield* oneHostShell(step, path, {}, `a ${step.kind}`);
  for (const [name, text] of Object.entries(step.tables)) {
    yield {
      kind: "shell",
      value: text,
      path: [...path, "tables", name],
      env: Object.keys(step.env),
    };
  }
  if (step.kind === "loss") return yield* lossMentions(step, path);
  if (step.while === undefined) return;
  yield { kind: "reading", value: step.while.reading, path: [...path, "while", "reading"] };
  yield* answers(step.while.reading, step.while.is, [...path, "while", "is"]);
}

function* lossMentions({ loss }: LossStep, path: Path): Generator<Mention> {
  if (loss.kind !== "since") return;
  const proofs = { unless: loss.unless, "without-snapshot": loss.withoutSnapshot };
  for (const [key, proof] of Object.entries(proofs)) {
    if (proof === undefined) continue;
    yield { kind: "reading", value: proof.reading, path: [...path, "loss", key, "reading"] };
    yield* answers(proof.reading, proof.is, [...path, "loss", key, "is"]);
  }
}
