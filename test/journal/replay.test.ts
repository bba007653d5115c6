import { describe, expect, it } from "vitest";
import type { Event, EventBody, Outcome, Place } from "../../src/journal/event.ts";
import { Replay, replay } from "../../src/journal/replay.ts";
import { note, someone, ticking } from "./journal-parts.ts";

const opened: EventBody = {
  type: "round-opened",
  runbookDigest: "rd",
  baselineDigest: "bd",
  planDigest: "pd",
};
const closed: EventBody = {
  type: "round-closed",
  by: "rollback",
  state: "couch serves, writes are open",
};
const started: EventBody = {
  type: "phase-started",
  title: "Migrate",
  planDigest: "pd",
  attempt: 1,
};
const intended: EventBody = { type: "step-intended", act: "eval", id: "id-1", resume: { from: 3 } };
const on503: EventBody = { type: "downtime-started", title: "503 on" };
const off503: EventBody = { type: "downtime-ended", title: "503 off", seconds: 1 };
const ended = (outcome: Outcome): EventBody => ({
  type: "step-ended",
  outcome,
  detail: outcome,
  seconds: 1,
});
const applied = (outcome: Outcome): EventBody => ({
  type: "step-applied",
  outcome,
  detail: "",
  seconds: 1,
  tail: [],
});
const phaseEnded = (outcome: Outcome): EventBody => ({
  type: "phase-ended",
  outcome,
  seconds: 2,
  sentence: "s",
  next: "n",
});
const ruled = (ruling: "done" | "not-done"): EventBody => ({
  type: "ruling",
  ruling,
  reason: "looked",
  by: "ada",
});

const step = { phase: "migrate", step: "orgs" };
const onHost = { ...step, host: "couch1" };

/** Events a second apart; a line is a body, where it belongs and in which round. */
function events(...lines: readonly (readonly [EventBody, Place?, string?])[]): Event[] {
  const now = ticking();
  return lines.map(([body, place = {}, round = "r1"], index) => ({
    version: 1,
    sequence: index + 1,
    at: now().toISOString(),
    environment: "pre-prod",
    runbook: "org-migration",
    round,
    token: 1,
    actor: someone,
    place,
    body,
    previous: "",
  }));
}

describe("replaying steps", () => {
  it.each<[string, EventBody[], { done: boolean; inFlight: boolean; doubt: boolean }]>([
    ["nothing", [], { done: false, inFlight: false, doubt: false }],
    ["an intent and no end", [intended], { done: false, inFlight: true, doubt: false }],
    [
      "applied, but not verified",
      [intended, applied("succeeded")],
      { done: false, inFlight: true, doubt: false },
    ],
    [
      "succeeded",
      [intended, applied("succeeded"), ended("succeeded")],
      { done: true, inFlight: false, doubt: false },
    ],
    ["already done", [ended("already-done")], { done: true, inFlight: false, doubt: false }],
    [
      "failed",
      [intended, applied("failed"), ended("failed")],
      { done: false, inFlight: false, doubt: false },
    ],
    ["unknown", [intended, ended("unknown")], { done: false, inFlight: true, doubt: true }],
    [
      "cancelled while it ran",
      [intended, ended("cancelled")],
      { done: false, inFlight: true, doubt: false },
    ],
    [
      "done, then intended again",
      [intended, ended("succeeded"), intended],
      { done: false, inFlight: true, doubt: false },
    ],
  ])("%s", (_, bodies, wanted) => {
    const state = replay(
      events([opened], ...bodies.map((body): [EventBody, Place] => [body, onHost])),
    );
    const { done, inFlight } = state.step("migrate", "orgs", "couch1");
    expect({ done, inFlight: inFlight !== undefined, doubt: state.doubts().length > 0 }).toEqual(
      wanted,
    );
    expect(state.inFlight()).toHaveLength(wanted.inFlight ? 1 : 0);
  });

  it.each(["done", "not-done"] as const)(
    "an attempt that is ruled %s is in doubt no more, and still known to whoever follows it",
    (ruling) => {
      const lines = [intended, ended("unknown"), ruled(ruling)];
      const told = (...more: EventBody[]) =>
        replay(
          events([opened], ...[...lines, ...more].map((one): [EventBody, Place] => [one, onHost])),
        );
      const state = told();
      expect([state.inFlight(), state.doubts()]).toEqual([[], []]);
      const { done, inFlight } = state.step("migrate", "orgs", "couch1");
      expect([done, inFlight?.id]).toEqual([ruling === "done", "id-1"]);
      expect(told(ended("unknown")).doubts()).toHaveLength(1);
      expect(told(ended("succeeded")).step("migrate", "orgs", "couch1").inFlight).toBeUndefined();
    },
  );

  it("keeps a step and its hosts apart, and numbers attempts", () => {
    const state = replay(
      events([opened], [intended, { ...onHost, attempt: 2 }], [ended("failed"), step]),
    );
    expect(state.step("migrate", "orgs")).toMatchObject({ lastOutcome: "failed", attempts: 0 });
    expect(state.step("migrate", "orgs", "couch1")).toMatchObject({
      attempts: 2,
      inFlight: { attempt: 2, id: "id-1", act: "eval", resume: { from: 3 } },
    });
  });

  it("lets a ruling on the step settle its hosts", () => {
    const state = replay(
      events([opened], [intended, onHost], [ended("unknown"), onHost], [ruled("done"), step]),
    );
    expect(state.doubts()).toEqual([]);
    expect(state.step("migrate", "orgs", "couch1")).toMatchObject({
      done: true,
      ruling: { reason: "looked" },
    });
  });

  it("keeps doubts of an earlier round until that is closed", () => {
    const before = events(
      [opened],
      [intended, onHost],
      [ended("unknown"), onHost],
      [opened, {}, "r2"],
    );
    expect(replay(before).doubts()).toMatchObject([
      { ...onHost, round: "r1", inFlight: { unknown: true } },
    ]);
    expect(replay(before).step("migrate", "orgs", "couch1").inFlight).toBeUndefined();
    expect(replay([...before, ...events([closed])]).doubts()).toEqual([]);
  });
});

describe("a way back in a closed round", () => {
  const back = { phase: "rollback", step: "flip", host: "couch1" };
  const sent = (id: string): EventBody => ({ ...intended, id });
  const lines: readonly (readonly [EventBody, Place])[] = [
    [opened, {}],
    [sent("id-1"), onHost],
    [closed, {}],
    [sent("id-2"), back],
    [ended("unknown"), back],
  ];

  it("is in doubt like any other; what the round was closed over is left behind", () => {
    const state = replay(events(...lines));
    expect(state.inFlight()).toMatchObject([back]);
    expect(state.doubts()).toMatchObject([{ ...back, round: "r1" }]);
    expect(state.leftBehind()).toMatchObject([onHost, back]);
  });

  it("is in doubt no more when it was ruled on, or the round was closed again", () => {
    expect(replay(events(...lines, [ruled("done"), back])).doubts()).toEqual([]);
    const state = replay(events(...lines, [closed, {}]));
    expect([state.inFlight(), state.doubts()]).toEqual([[], []]);
    expect(state.leftBehind()).toHaveLength(2);
  });
});

describe("replaying rounds and phases", () => {
  it("knows the owner, a takeover and the end of each round", () => {
    const grace = { ...someone, run: "4712" };
    const [first, taken, ...rest] = events(
      [opened],
      [{ type: "round-taken-over", reason: "run was deleted", from: "4711" }],
      [closed],
      [opened, {}, "r2"],
    );
    const state = replay([first!, { ...taken!, actor: grace }, ...rest]);
    expect(state.rounds.map(({ id, open, owner }) => [id, open, owner.run])).toEqual([
      ["r1", false, "4712"],
      ["r2", true, "4711"],
    ]);
    expect(state.rounds[0]).toMatchObject({
      closedBy: "rollback",
      state: "couch serves, writes are open",
      closedAt: rest[0]?.at,
    });
    expect(state.round?.id).toBe("r2");
    expect(state.inRound("r1").round?.id).toBe("r1");
  });

  it("tells a phase that runs from one that ended", () => {
    const place = { phase: "migrate" };
    const state = new Replay();
    const seen = events(
      [opened],
      [started, place],
      [phaseEnded("succeeded"), place],
      [started, place],
    ).map((event) => {
      state.take(event);
      const { outcome, done, running, attempts } = state.phase("migrate");
      return [outcome, done, running, attempts];
    });
    expect(seen).toEqual([
      [undefined, false, false, 0],
      [undefined, false, true, 1],
      ["succeeded", true, false, 1],
      ["succeeded", false, true, 2],
    ]);
  });

  it("starts afresh in a new round", () => {
    const state = replay(
      events(
        [opened],
        [started, { phase: "migrate" }],
        [note("old"), step],
        [opened, {}, "r2"],
        [note("new"), step, "r2"],
      ),
    );
    expect(state.phase("migrate").attempts).toBe(0);
    expect(state.observationsOf("note").map(({ observation }) => observation.text)).toEqual([
      "new",
    ]);
    expect(state.inRound("r1").observationsOf("note", step)).toHaveLength(1);
    expect(state.observationsOf("note", { step: "other" })).toEqual([]);
  });
});

describe("the downtime clock", () => {
  const now = new Date("2026-11-23T06:01:00.000Z");

  it("stands, runs, and ends", () => {
    expect(replay(events([opened])).downtime(now)).toEqual({ seconds: 0, running: false });
    expect(replay(events([opened], [on503])).downtime(now)).toMatchObject({
      seconds: 58,
      running: true,
    });
    expect(replay(events([opened], [on503], [on503], [note("")], [off503])).downtime(now)).toEqual({
      startedAt: "2026-11-23T06:00:02.000Z",
      endedAt: "2026-11-23T06:00:05.000Z",
      seconds: 3,
      running: false,
    });
  });

  it("adds up when a rollback closes writes again", () => {
    const state = replay(events([opened], [on503], [off503], [note("")], [on503], [off503]));
    expect(state.downtime(now)).toMatchObject({ seconds: 2, running: false });
  });
});
