import { z } from "zod";
import { downtimeProjection, roundTimings } from "./timing.ts";

/** The words for how an act ended; everywhere the same. */
export const outcomes = [
  "succeeded",
  "already-done",
  "refused",
  "failed",
  "cancelled",
  "unknown",
] as const;
export type Outcome = (typeof outcomes)[number];

/** What a read-only check says of a step. */
export const checkStates = ["done", "not-done", "partial", "running", "cannot-tell"] as const;
export type CheckState = (typeof checkStates)[number];

const outcome = z.enum(outcomes);
const count = z.number().int().nonnegative();
const text = z.string();
const textMap = z.record(text, text);

/** One HTTP answer; `status` is 0 when there was none, and `detail` says why. */
export const probeAnswer = z.strictObject({
  host: text,
  method: text,
  path: text,
  endpoint: text,
  status: count,
  expected: z.array(count),
  ok: z.boolean(),
  detail: text.optional(),
  /** The runbook's name for who signed it. */
  signed: text.optional(),
});
export type ProbeAnswer = z.infer<typeof probeAnswer>;

/** Requests seen in a log, per endpoint (a path with names replaced) and status. */
export const trafficRow = z.strictObject({
  host: text,
  method: text,
  endpoint: text,
  status: text,
  count,
});
export type TrafficRow = z.infer<typeof trafficRow>;

/** One row of a comparison: what each side holds of one kind of object. */
export const reconcileRow = z.strictObject({
  name: text,
  title: text,
  /** Side (`source`, `dets`, `sql`) to number of objects. */
  sides: z.record(text, count),
  /** Objects of the source side that the last side lacks and that a known failure names. */
  accounted: count,
  /** Objects that are missing without a reason, and objects that nobody expected; the first few by name. */
  missing: count,
  unexpected: count,
  samples: z.array(text),
  ok: z.boolean(),
  detail: text,
});
export type ReconcileRow = z.infer<typeof reconcileRow>;

/** An entry of the baseline as it counted then: `allowed` as the file has it, such as `12` or `0.5%`. */
export const knownFailure = z.strictObject({
  class: text,
  reasons: z.array(text).optional(),
  why: text,
  seen: text,
  allowed: text,
  expires: text.optional(),
  acceptedBy: text.optional(),
});
export type KnownFailure = z.infer<typeof knownFailure>;

/** A class of failures beside what the baseline allows of it. */
export const failureRow = z.strictObject({
  class: text,
  count,
  allowed: count,
  why: text,
  known: z.boolean(),
  samples: z.array(text),
  /** How many of them the baseline does not cover, and in few words why; absent in journals of before this was kept. */
  uncovered: count.optional(),
  problem: text.optional(),
  /** Reason to how many. */
  reasons: z.record(text, count).optional(),
  /** What is allowed as the baseline says it, where that is a share. */
  allowance: text.optional(),
});
export type FailureRow = z.infer<typeof failureRow>;

/** An approval as GitHub lists it: of the run, since it says neither which job nor which attempt it was for. */
export const approval = z.strictObject({
  state: text,
  user: text,
  environments: z.array(text),
  comment: text,
});

/** A role whose hosts were searched for: how, and what was found, by name. */
const foundRole = z.strictObject({
  role: text,
  search: z.strictObject({
    query: text,
    address: text,
    port: count,
    user: text,
    jump: text.optional(),
  }),
  hosts: z.array(
    z.strictObject({
      name: text,
      address: text,
      port: count,
      user: text,
      jump: text.optional(),
    }),
  ),
});
export type FoundRole = z.infer<typeof foundRole>;

const observation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reading"), name: text, title: text, values: textMap }),
  z.strictObject({ kind: z.literal("output"), title: text, host: text, lines: z.array(text) }),
  z.strictObject({ kind: z.literal("probes"), answers: z.array(probeAnswer) }),
  z.strictObject({
    kind: z.literal("traffic"),
    log: text,
    seconds: z.number(),
    rows: z.array(trafficRow),
    total: count,
  }),
  z.strictObject({ kind: z.literal("reconciled"), rows: z.array(reconcileRow) }),
  /** Failures read from a log; long lists of objects come in several events of the same step. */
  z.strictObject({
    kind: z.literal("failures"),
    log: text,
    classes: z.record(
      text,
      z.strictObject({
        count,
        objects: z.array(text),
        reasons: z.record(text, count),
        samples: z.array(text),
        /** Beside each object its reason, and what it refers to where that decides whether it is benign. */
        causes: z.array(text).optional(),
        refers: z.array(textMap).optional(),
        /** Failures without an object's name. */
        nameless: z.array(z.strictObject({ reason: text, refers: textMap.optional() })).optional(),
      }),
    ),
    unclassified: count,
    samples: z.array(text),
    /** A part of the log was never read: rotated away before, or nothing of it was found. */
    gap: z.boolean().optional(),
    /** How many of the objects were in SQL when the attempt began: so many of its failures may only say so. */
    present: count.optional(),
  }),
  /** Names that are on one side only, all of them; long lists come in several events. */
  z.strictObject({
    kind: z.literal("differences"),
    name: text,
    title: text,
    /** How many names of this comparison stand in the events before; 0 in the first of them. */
    from: count,
    missing: z.array(text),
    unexpected: z.array(text),
  }),
  /** Objects that a verdict counts as failed, all of them, by class and reason; long lists come in several events. */
  z.strictObject({ kind: z.literal("judged"), class: text, reason: text, objects: z.array(text) }),
  /** The known failures that count from here on, where they are not those with which the round was opened. */
  z.strictObject({ kind: z.literal("baseline"), digest: text, entries: z.array(knownFailure) }),
  z.strictObject({
    kind: z.literal("console"),
    name: text,
    host: text,
    pid: text,
    startedAt: z.number(),
  }),
  z.strictObject({
    kind: z.literal("progress"),
    done: count,
    total: count.optional(),
    perSecond: z.number().optional(),
    /** Where the downtime stood then, and when it is expected to end. */
    downtime: downtimeProjection.optional(),
  }),
  z.strictObject({
    kind: z.literal("snapshot"),
    name: text,
    host: text,
    tables: z.record(text, count),
  }),
  z.strictObject({
    kind: z.literal("loss"),
    tables: z.record(text, z.strictObject({ inserted: count, updated: count, deleted: count })),
    total: count,
    accepted: count,
  }),
  /** How far a command's output was read, in bytes, with its last lines: a later attempt goes on from there. */
  z.strictObject({
    kind: z.literal("followed"),
    stdout: count,
    stderr: count,
    lines: z.array(text),
  }),
  /** What GitHub said of a protected environment when the round was opened; later phases rely on it. */
  z.strictObject({
    kind: z.literal("protection"),
    environment: text,
    url: text,
    reviewers: z.array(text),
    branches: z.array(text),
  }),
  z.strictObject({ kind: z.literal("approvals"), approvals: z.array(approval) }),
  /** What another environment proved of this runbook, looked behind when the round was opened. */
  z.strictObject({
    kind: z.literal("evidence"),
    of: text,
    environment: text,
    url: text,
    /** Of evidence.json: SHA-256 in hex. */
    hash: text,
    runbookDigest: text,
    baselineDigest: text,
    /** The known failures that counted there; absent in journals of before they were kept. */
    baseline: z.array(knownFailure).optional(),
    endedAt: text,
    downtimeSeconds: z.number(),
  }),
  /** What is about to be set in a data bag's item: JSON values, and where there was none, no `before`. */
  z.strictObject({
    kind: z.literal("databag"),
    bag: text,
    item: text,
    changes: z.array(
      z.strictObject({ pointer: text, before: text.optional(), after: text.optional() }),
    ),
  }),
  /** What a run of Chef's client said of itself at its end. */
  z.strictObject({
    kind: z.literal("converged"),
    ok: z.boolean(),
    updated: count,
    total: count.optional(),
    /** How long it took by its own clock. */
    seconds: z.number().optional(),
  }),
  z.strictObject({ kind: z.literal("note"), text }),
]);
export type Observation = z.infer<typeof observation>;

const body = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("round-opened"),
    runbookDigest: text,
    baselineDigest: text,
    /** The known failures as they were then. */
    baseline: z.array(knownFailure).optional(),
    planDigest: text,
    /** What each step would do, as the plan says it: a later difference can be shown. */
    steps: z.array(z.strictObject({ phase: text, step: text, lines: z.array(text) })).optional(),
  }),
  /** The hosts of searched roles, fixed for the round: its later phases act on these and search no more. */
  z.strictObject({ type: z.literal("hosts-found"), server: text, roles: z.array(foundRole) }),
  z.strictObject({ type: z.literal("round-taken-over"), reason: text, from: text }),
  z.strictObject({ type: z.literal("round-closed"), by: text, state: text }),
  z.strictObject({
    type: z.literal("phase-started"),
    title: text,
    planDigest: text,
    attempt: count,
  }),
  z.strictObject({
    type: z.literal("phase-ended"),
    outcome,
    seconds: z.number(),
    sentence: text,
    next: text,
  }),
  z.strictObject({
    type: z.literal("step-started"),
    title: text,
    kind: text,
    hosts: z.array(text),
  }),
  z.strictObject({ type: z.literal("step-skipped"), title: text, reason: text }),
  z.strictObject({
    type: z.literal("step-checked"),
    state: z.enum(checkStates),
    detail: text,
  }),
  /** Written, durable, before anything is changed. `resume` holds what a later attempt needs to follow this one. */
  z.strictObject({
    type: z.literal("step-intended"),
    act: text,
    id: text,
    resume: z.record(text, z.unknown()),
  }),
  z.strictObject({
    type: z.literal("step-applied"),
    outcome,
    detail: text,
    seconds: z.number(),
    tail: z.array(text),
  }),
  /** With a host: that host's end. Without: the step's. */
  z.strictObject({
    type: z.literal("step-ended"),
    outcome,
    detail: text,
    seconds: z.number(),
    next: text.optional(),
  }),
  z.strictObject({ type: z.literal("observed"), observation }),
  z.strictObject({ type: z.literal("downtime-started"), title: text }),
  z.strictObject({ type: z.literal("downtime-ended"), title: text, seconds: z.number() }),
  /** A person's decision how long the downtime may take from now on. */
  z.strictObject({
    type: z.literal("downtime-budget"),
    seconds: z.number(),
    reason: text,
    by: text,
  }),
  /** What the steps took where the runbook was rehearsed; `source` says where and when. */
  z.strictObject({
    type: z.literal("expected-timings"),
    source: text,
    timings: roundTimings,
  }),
  z.strictObject({
    type: z.literal("verdict"),
    good: z.boolean(),
    reasons: z.array(text),
    /** Beside each reason what would make it good. */
    next: z.array(text).optional(),
    rows: z.array(reconcileRow),
    failures: z.array(failureRow),
    /** Of the known failures by which it was given. */
    baselineDigest: text.optional(),
  }),
  z.strictObject({
    type: z.literal("lease"),
    action: z.enum(["acquired", "released", "seized"]),
    detail: text,
  }),
  z.strictObject({
    type: z.literal("ruling"),
    ruling: z.enum(["done", "not-done"]),
    reason: text,
    by: text,
  }),
  z.strictObject({ type: z.literal("repaired"), detail: text }),
]);
export type EventBody = z.infer<typeof body>;

/** A step of the plan with which a round was opened. */
export type OpenedStep = NonNullable<Extract<EventBody, { type: "round-opened" }>["steps"]>[number];

/** Who acts: a workflow run, or a person's terminal. */
export const actor = z.strictObject({
  /** GitHub's run id, or `terminal:<user>`. */
  run: text,
  runAttempt: count,
  /** Where to look; empty in a terminal. */
  url: text,
  by: text,
});
export type Actor = z.infer<typeof actor>;

/** Where in the runbook an event belongs. */
export const place = z.strictObject({
  phase: text.optional(),
  step: text.optional(),
  host: text.optional(),
  attempt: count.optional(),
});
export type Place = z.infer<typeof place>;

/**
 * One line of the journal. `at` is the runner's clock, ISO 8601 in UTC; `sequence` counts from 1 without gaps;
 * `previous` is the SHA-256 (hex) of the line before, without its newline, and empty in the first.
 */
export const event = z.strictObject({
  version: z.literal(1),
  sequence: z.number().int().positive(),
  at: text,
  environment: text,
  runbook: text,
  round: text,
  token: count,
  actor,
  place,
  body,
  previous: text,
  /** Only in the file: SHA-256 (hex) of the line up to this member, so that the last line vouches for itself too. */
  seal: text.optional(),
});
export type Event = z.infer<typeof event>;
