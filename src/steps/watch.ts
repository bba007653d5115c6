import type { TrafficRow } from "../journal/event.ts";
import type { Act, StepContext } from "./context.ts";
import { saySigned, send, whyUnsigned, type HttpRequest } from "./http.ts";
import { LogReader } from "./log-reader.ts";
import type { Log } from "./resources.ts";
import type { StepKind } from "./step-kind.ts";

type Where = Readonly<Record<string, string>>;

/** Which lines of a log count, for how long, and what they must not say. */
export interface WatchSpec {
  readonly log: string;
  readonly ends:
    | { readonly forSeconds: number }
    | { readonly quietSeconds: number; readonly timeoutSeconds: number };
  readonly where: Where;
  readonly limits: {
    readonly atLeast: number | undefined;
    readonly atMost: number | undefined;
    readonly none: Where | undefined;
    /** What every line that counts must say. */
    readonly all: Where | undefined;
  };
  /** Requests of our own, so that a quiet environment shows that it works. */
  readonly sends:
    | { readonly everySeconds: number; readonly requests: readonly HttpRequest[] }
    | undefined;
}

const readEverySeconds = 1;
const samplesKept = 5;

/** `watch`: reads a log on every host of its role from where it stands, rotation included. */
export const watch: StepKind<WatchSpec> = {
  name: "watch",
  mutates: false,
  describe: (step, resources) => [
    "forSeconds" in step.ends
      ? `watch log ${step.log} for ${step.ends.forSeconds} s`
      : `wait until log ${step.log} shows nothing of it for ${step.ends.quietSeconds} s`,
    ...Object.entries(step.where).map(([name, pattern]) => `where ${name} is ${pattern}`),
    ...(step.limits.atLeast === undefined ? [] : [`at least ${step.limits.atLeast}`]),
    ...(step.limits.atMost === undefined ? [] : [`at most ${step.limits.atMost}`]),
    ...Object.entries(step.limits.none ?? {}).map(
      ([name, pattern]) => `none with ${name} ${pattern}`,
    ),
    ...Object.entries(step.limits.all ?? {}).map(
      ([name, pattern]) => `all with ${name} ${pattern}`,
    ),
    ...new Set(
      (step.sends?.requests ?? [])
        .filter(({ signed }) => signed !== undefined)
        .map((one) => `sends ${one.method} ${one.path}${saySigned(one, resources)}`),
    ),
  ],
  apply: async (step, context): Promise<Act> => {
    const unsigned = whyUnsigned(step.sends?.requests ?? [], context);
    if (unsigned !== undefined) return unsigned;
    const log = context.resources.logs[step.log];
    if (log === undefined) return { outcome: "not-met", detail: `there is no log ${step.log}` };
    const reader = new LogReader(log, context);
    await reader.skipToEnd();
    const traffic = new Traffic(log, step);
    const startedAt = context.now().getTime();
    const own = sendOwn(step, context, (problem) => traffic.refuse(problem));
    try {
      return await follow(step, context, reader, traffic, startedAt);
    } finally {
      own.stop();
      await own.stopped;
    }
  },
};

async function follow(
  step: WatchSpec,
  context: StepContext,
  reader: LogReader,
  traffic: Traffic,
  startedAt: number,
): Promise<Act> {
  let quietSince = startedAt;
  let said = -1;
  for (;;) {
    await context.sleep(readEverySeconds);
    const before = traffic.total;
    await reader.readNew((line, host) => traffic.line(line, host));
    const now = context.now().getTime();
    if (traffic.total > before) quietSince = now;
    const seconds = (now - startedAt) / 1000;
    if (Math.floor(seconds / 10) > said) {
      said = Math.floor(seconds / 10);
      context.say(`${traffic.total} matching requests in ${Math.round(seconds)} s`);
    }
    const end = endOf(step, context, seconds, (now - quietSince) / 1000, traffic);
    if (end === undefined) continue;
    await context.observe({
      kind: "traffic",
      log: step.log,
      seconds,
      rows: traffic.rows(),
      total: traffic.total,
    });
    return end;
  }
}

function endOf(
  step: WatchSpec,
  context: StepContext,
  seconds: number,
  quietSeconds: number,
  traffic: Traffic,
): Act | undefined {
  if (context.signal.aborted)
    return { outcome: "cancelled", detail: `cancelled after ${Math.round(seconds)} s` };
  if (traffic.refused.length > 0) {
    return {
      outcome: "not-met",
      detail: `${traffic.refused.length === 1 ? "a request" : "requests"} that must not be: ${traffic.refused.join("; ")}`,
    };
  }
  if ("quietSeconds" in step.ends) {
    const unread = traffic.unread();
    if (quietSeconds >= step.ends.quietSeconds && unread === undefined)
      return { outcome: "succeeded", detail: `quiet for ${Math.round(quietSeconds)} s` };
    if (seconds < step.ends.timeoutSeconds) return undefined;
    if (unread !== undefined) return { outcome: "not-met", detail: unread };
    return {
      outcome: "not-met",
      detail: `never quiet for ${step.ends.quietSeconds} s within ${Math.round(seconds)} s; ${traffic.total} requests`,
    };
  }
  if (seconds < step.ends.forSeconds) return undefined;
  const { atLeast, atMost } = step.limits;
  const detail = `${traffic.total} matching requests in ${Math.round(seconds)} s`;
  const unread = traffic.unread();
  if (unread !== undefined) return { outcome: "not-met", detail: unread };
  const few = atLeast === undefined ? [] : traffic.hostsBelow(atLeast);
  if (few.length > 0)
    return {
      outcome: "not-met",
      detail: `${detail}, wanted at least ${atLeast} on each host; fewer on ${few.join(", ")}`,
    };
  if (atMost !== undefined && traffic.total > atMost)
    return { outcome: "not-met", detail: `${detail}, wanted at most ${atMost}` };
  return { outcome: "succeeded", detail };
}

/** Counts a log's matching lines per host, method, endpoint and status. */
class Traffic {
  total = 0;
  readonly refused: string[] = [];
  readonly #entry: RegExp;
  readonly #where: readonly [string, RegExp][];
  readonly #none: readonly [string, RegExp][] | undefined;
  readonly #all: readonly [string, RegExp][];
  readonly #said: Where;
  readonly #rows = new Map<string, TrafficRow>();
  readonly #hosts: readonly string[];
  /** Hosts whose log showed an entry that could be read, counted or not. */
  readonly #read = new Set<string>();
  readonly #sends: boolean;

  constructor(log: Log, step: WatchSpec) {
    this.#hosts = log.on.map(({ host }) => host);
    this.#sends = step.sends !== undefined;
    this.#entry = new RegExp(log.entry);
    this.#where = compile(step.where);
    this.#none = step.limits.none === undefined ? undefined : compile(step.limits.none);
    this.#said = step.limits.all ?? {};
    this.#all = compile(this.#said);
  }

  line(line: string, host: string): void {
    const groups = this.#entry.exec(line)?.groups;
    if (groups === undefined) return;
    this.#read.add(host);
    if (!holds(this.#where, groups)) return;
    this.total += 1;
    const { method = "", path = "", status = "" } = groups;
    const endpoint = endpointOf(path);
    const key = `${host} ${method} ${endpoint} ${status}`;
    const row = this.#rows.get(key) ?? { host, method, endpoint, status, count: 0 };
    row.count += 1;
    this.#rows.set(key, row);
    const forbidden = this.#none !== undefined && holds(this.#none, groups);
    if (forbidden) this.refuse(`${host}: ${line.slice(0, 200)}`);
    const unlike = this.#all.filter((one) => !holds([one], groups));
    if (unlike.length === 0) return;
    const wrong = unlike.map(
      ([name]) => `${name} is ${groups[name] ?? "not there"}, wanted ${this.#said[name] ?? ""}`,
    );
    this.refuse(`${host}: ${method} ${path}: ${wrong.join(" and ")}`);
  }

  refuse(problem: string): void {
    if (this.refused.length < samplesKept) this.refused.push(problem);
  }

  /** Silence of a log in which not even our own requests stand is no quiet: it is the wrong file, or another format. */
  unread(): string | undefined {
    const without = this.#hosts.filter((host) => !this.#read.has(host));
    if (!this.#sends || without.length === 0) return undefined;
    return `the log of ${without.join(", ")} shows no entry that could be read, though requests were sent there`;
  }

  hostsBelow(least: number): readonly string[] {
    const counts = new Map<string, number>();
    for (const { host, count } of this.#rows.values())
      counts.set(host, (counts.get(host) ?? 0) + count);
    return this.#hosts.filter((host) => (counts.get(host) ?? 0) < least);
  }

  rows(): TrafficRow[] {
    return [...this.#rows.values()].sort((a, b) => b.count - a.count);
  }
}

function compile(where: Where): [string, RegExp][] {
  return Object.entries(where).map(([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`)]);
}

function holds(
  where: readonly [string, RegExp][],
  groups: Readonly<Record<string, string>>,
): boolean {
  return where.every(([name, pattern]) => pattern.test(groups[name] ?? ""));
}

/** Every second part of a path is a name; without it, thousands of objects become a handful of endpoints. */
function endpointOf(path: string): string {
  return path
    .split("?")[0]!
    .split("/")
    .map((part, index) => (index > 0 && index % 2 === 0 && part !== "" ? "NAME" : part))
    .join("/");
}

function sendOwn(
  step: WatchSpec,
  context: StepContext,
  refuse: (problem: string) => void,
): { stop(): void; stopped: Promise<void> } {
  let stopped = false;
  const own = step.sends;
  const loop = async () => {
    while (own !== undefined && !stopped && !context.signal.aborted) {
      await Promise.all(
        own.requests.map(async (request) => {
          const { status, detail } = await send(request, context);
          if (status > 0 && status < 500) return;
          if (stopped || context.signal.aborted) return;
          refuse(
            `our own ${request.method} ${request.path} on ${request.host} got ${status || detail}`,
          );
        }),
      );
      for (let waited = 0; waited < own.everySeconds && !stopped; waited += 1)
        await context.sleep(Math.min(1, own.everySeconds));
    }
  };
  return { stop: () => (stopped = true), stopped: loop() };
}
