import type {
  Event,
  EventBody,
  FailureRow,
  Observation,
  Outcome,
  ProbeAnswer,
  ReconcileRow,
} from "../../src/journal/event.ts";
import { sha256, writeLine } from "../../src/journal/line.ts";

interface StepOptions {
  readonly kind?: string;
  readonly hosts?: readonly string[];
  readonly seconds?: number;
  readonly attempt?: number;
  readonly outcome?: Outcome;
  readonly detail?: string;
  readonly act?: string;
  readonly tail?: readonly string[];
  readonly next?: string;
  readonly perHost?: Readonly<
    Record<
      string,
      { readonly outcome: Outcome; readonly detail?: string; readonly tail?: readonly string[] }
    >
  >;
  readonly during?: () => void;
}

/** Writes a journal as the engine would, with a clock that moves as the steps take time. */
export class JournalBuilder {
  readonly events: Event[] = [];
  round = "round-1";
  private milliseconds = Date.parse("2026-11-23T12:00:00.000Z");
  private phaseStartedAt = 0;
  private where: Event["place"] = {};
  private readonly environment: string;

  constructor(environment = "pre-prod") {
    this.environment = environment;
  }

  get now(): Date {
    return new Date(this.milliseconds);
  }

  wait(seconds: number): void {
    this.milliseconds += Math.round(seconds * 1000);
  }

  add(body: EventBody, place: Event["place"] = this.where): Event {
    const last = this.events.at(-1);
    const event: Event = {
      version: 1,
      sequence: this.events.length + 1,
      at: this.now.toISOString(),
      environment: this.environment,
      runbook: "org-migration",
      round: this.round,
      token: 7,
      actor: {
        run: "4711",
        runAttempt: 1,
        url: "https://github.example/acme/runbooks/actions/runs/4711",
        by: "alex",
      },
      place,
      body,
      previous: last === undefined ? "" : sha256(writeLine(last)),
    };
    this.events.push(event);
    return event;
  }

  phase(id: string, title: string, attempt = 1): void {
    this.where = { phase: id };
    this.phaseStartedAt = this.milliseconds;
    this.add({ type: "phase-started", title, planDigest: "9f2c".repeat(16), attempt });
  }

  endPhase(outcome: Outcome, sentence: string, next: string): void {
    this.where = { phase: this.where.phase };
    const seconds = (this.milliseconds - this.phaseStartedAt) / 1000;
    this.add({ type: "phase-ended", outcome, seconds, sentence, next });
  }

  /** One step from its start to its end; with an act it is a mutation and has an intent. */
  step(id: string, title: string, options: StepOptions = {}): void {
    const {
      kind = "run",
      hosts = [],
      seconds = 1,
      outcome = "succeeded",
      detail = "",
      perHost = {},
    } = options;
    const place = { phase: this.where.phase, step: id, attempt: options.attempt ?? 1 };
    this.where = place;
    const startedAt = this.milliseconds;
    const each = Math.max(1, Object.keys(perHost).length);
    this.add({ type: "step-started", title, kind, hosts: [...hosts] });
    if (options.act !== undefined) {
      this.add({ type: "step-checked", state: "not-done", detail: "" });
      this.add({ type: "step-intended", act: options.act, id: `${id}-1`, resume: {} });
    }
    options.during?.();
    for (const [host, end] of Object.entries(perHost)) {
      this.wait(seconds / each);
      const tail = [...(end.tail ?? [])];
      this.add(
        {
          type: "step-applied",
          outcome: end.outcome,
          detail: end.detail ?? "",
          seconds: seconds / each,
          tail,
        },
        { ...place, host },
      );
      this.add(
        {
          type: "step-ended",
          outcome: end.outcome,
          detail: end.detail ?? "",
          seconds: seconds / each,
        },
        { ...place, host },
      );
    }
    if (Object.keys(perHost).length === 0) this.wait(seconds);
    if (options.act !== undefined && Object.keys(perHost).length === 0) {
      this.add({
        type: "step-applied",
        outcome,
        detail,
        seconds: this.secondsSince(startedAt),
        tail: [...(options.tail ?? [])],
      });
    }
    this.add({
      type: "step-ended",
      outcome,
      detail,
      seconds: this.secondsSince(startedAt),
      ...(options.next === undefined ? {} : { next: options.next }),
    });
    this.where = { phase: this.where.phase };
  }

  private secondsSince(milliseconds: number): number {
    return (this.milliseconds - milliseconds) / 1000;
  }

  observe(observation: Observation): void {
    this.add({ type: "observed", observation });
  }

  flags(closed: string, couch: string): void {
    this.observe({
      kind: "reading",
      name: "flags",
      title: "Flags in Redis",
      values: {
        orgs_503_mode: closed,
        couchdb_organizations: couch,
        couchdb_associations: couch,
        couchdb_association_requests: couch,
      },
    });
  }
}

/** What every API host answers to the requests that a phase sends, all as expected unless one is named. */
export function answers(
  writes: number,
  reads: number,
  hosts: readonly string[],
  wrong?: Partial<ProbeAnswer>,
): ProbeAnswer[] {
  const endpoints = ["organizations", "associations", "invites"];
  return hosts.flatMap((host) =>
    endpoints.flatMap((endpoint) =>
      ["PUT", "POST", "DELETE", "GET"].map((method): ProbeAnswer => {
        const status = method === "GET" ? reads : writes;
        const answer = {
          host,
          method,
          path: `/${endpoint}/pivotal-probe`,
          endpoint,
          status,
          expected: [status],
          ok: true,
        };
        const hit = wrong?.host === host && wrong.method === method && wrong.endpoint === endpoint;
        return hit ? { ...answer, ...wrong, ok: false } : answer;
      }),
    ),
  );
}

/** A row of a comparison in which everything agrees but what a failure accounts for. */
export function agreed(
  name: string,
  title: string,
  source: number,
  accounted: number,
): ReconcileRow {
  const sides = { source, dets: source, sql: source - accounted };
  return {
    name,
    title,
    sides,
    accounted,
    missing: 0,
    unexpected: 0,
    samples: [],
    ok: true,
    detail: "",
  };
}

/** Failures of the classes that a first migration of old data usually shows. */
export const usualFailures: readonly FailureRow[] = [
  {
    class: "org_migration_failure",
    count: 3,
    allowed: 3,
    why: "the org's couch database has been gone since 2012",
    known: true,
    samples: [
      'org_migration_failure org_name: <<"acme-old">> Exception: error Reason: {badmatch,{error,not_found}}',
    ],
  },
  {
    class: "org_user_association_warning_foreign_key",
    count: 112,
    allowed: 120,
    why: "user or org no longer exists",
    known: true,
    samples: [
      "org_user_association_warning Foreign key constraint missing, org_id: 0a1b user_id: 2c3d",
    ],
  },
];
