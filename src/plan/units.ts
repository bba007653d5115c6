import type { Scalar } from "../chef/item.ts";
import type {
  Body,
  Check,
  DatabagStep,
  EvalStep,
  ExerciseRequest as DeclaredExercise,
  ExerciseStep,
  LossStep,
  ProbeRequest as DeclaredProbe,
  ProbeStep,
  Request,
  Step,
  WatchStep,
} from "../runbook/schema.ts";
import type { CheckSpec } from "../steps/check.ts";
import type { DatabagSpec } from "../steps/databag.ts";
import type { ExerciseRequest, ExerciseSpec } from "../steps/exercise.ts";
import type { Unit } from "../steps/index.ts";
import type { ProbeRequest } from "../steps/probe.ts";
import type { Proof } from "../steps/proof.ts";
import type { HostCommand } from "../steps/resources.ts";
import type { WatchSpec } from "../steps/watch.ts";
import type { LossSpec } from "../steps/loss.ts";
import type { PlannedUnit } from "./plan.ts";
import type { Resolver } from "./resolve.ts";

const runTimeoutSeconds = 3600;
const evalTimeoutSeconds = 120;
const controlTimeoutSeconds = 120;
const probeTimeoutSeconds = 60;

/** Where consoles live, so that a step in a console knows its host. */
export type ConsoleHosts = Readonly<Record<string, { readonly host: string }>>;

/** What a step does, once for each of its hosts or once as a whole. */
export function planUnits(
  step: Step,
  resolver: Resolver,
  consoles: ConsoleHosts,
): readonly PlannedUnit[] {
  const whole = (unit: Unit, host?: string): readonly PlannedUnit[] => [{ host, unit }];
  switch (step.kind) {
    case "run":
      return perHost(step.on, resolver, (host) => ({
        kind: "run",
        spec: {
          on: resolver.command(step.run, step, host),
          check: planCheck(step.check, resolver, { step, host }),
          timeoutSeconds: timeout(step, runTimeoutSeconds, resolver),
          ...(step.reads === undefined ? {} : { reads: step.reads }),
        },
      }));
    case "assert":
      return perHost(step.on, resolver, (host) => ({
        kind: "assert",
        spec: {
          on: resolver.command(step.assert, step, host),
          expect: step.expect === undefined ? undefined : resolver.text(step.expect, host),
          title: step.title,
        },
      }));
    case "snapshot":
      return perHost(step.on, resolver, (host) => ({
        kind: "snapshot",
        spec: {
          host,
          snapshot: step.snapshot,
          while: proof(step.while, resolver),
          tables: tables(step.tables, step, host, resolver),
        },
      }));
    case "loss":
      return perHost(step.on, resolver, (host) => ({
        kind: "loss",
        spec: {
          host,
          of: lossOf(step, resolver),
          tables: tables(step.tables, step, host, resolver),
        },
      }));
    case "eval":
      return whole(
        { kind: "eval", spec: evalSpec(step, resolver, consoles) },
        consoles[step.console]?.host,
      );
    case "control":
      return whole(
        {
          kind: "control",
          spec: {
            console: step.console,
            control: step.control,
            ready: step.ready.map((one) => ({
              eval: resolver.expression(one.eval),
              expect: one.expect,
            })),
            timeoutSeconds: timeout(step, controlTimeoutSeconds, resolver),
          },
        },
        consoles[step.console]?.host,
      );
    case "databag":
      return whole({ kind: "databag", spec: databagSpec(step, resolver) });
    case "databag-read":
      return whole({
        kind: "databag-read",
        spec: {
          bag: resolver.text(step.databagRead),
          item: resolver.text(step.item),
          values: step.values,
        },
      });
    case "restores":
      return whole({ kind: "restores", spec: { step: step.restores } });
    case "probe":
      return whole({ kind: "probe", spec: probeSpec(step, resolver) });
    case "exercise":
      return perHost(step.on, resolver, (host) => ({
        kind: "exercise",
        spec: exerciseSpec(step, host, resolver),
      }));
    case "watch":
      return whole({ kind: "watch", spec: watchSpec(step, resolver) });
    case "reading":
      return whole({
        kind: "reading",
        spec: { reading: step.reading, expect: values(step.expect ?? {}, resolver) },
      });
    case "reconcile":
      return whole({
        kind: "reconcile",
        spec: { of: step.reconcile, between: step.between, verdict: step.verdict },
      });
    case "gate":
      return whole({ kind: "gate", spec: { gate: step.gate } });
    case "idle":
      return whole(
        { kind: "idle", spec: { console: step.console, poll: step.pollIdle } },
        consoles[step.console]?.host,
      );
  }
}

function values(
  wanted: Readonly<Record<string, readonly string[]>>,
  resolver: Resolver,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(wanted).map(([name, texts]) => [name, texts.map((text) => resolver.text(text))]),
  );
}

function perHost(
  roles: readonly string[],
  resolver: Resolver,
  unit: (host: string) => Unit,
): readonly PlannedUnit[] {
  return resolver.hosts(roles).map((host) => {
    const role = resolver.roleToFind(host);
    return { host, unit: unit(host), ...(role === undefined ? {} : { role }) };
  });
}

function timeout(step: Step, defaultSeconds: number, resolver: Resolver): number {
  return step.timeoutSeconds === undefined ? defaultSeconds : resolver.seconds(step.timeoutSeconds);
}

type ShellDefaults = { readonly step: Extract<Step, { kind: "run" }>; readonly host: string };

/** A shell check stands where its step stands unless it says otherwise. */
function planCheck(
  check: Check | undefined,
  resolver: Resolver,
  defaults?: ShellDefaults,
  console?: string,
): CheckSpec | undefined {
  if (check === undefined) return undefined;
  switch (check.kind) {
    case "shell": {
      const roles = "on" in check ? check.on : undefined;
      const host = roles === undefined ? defaults?.host : resolver.oneHost(roles, "a check");
      if (host === undefined) throw new Error("a shell check of a step without hosts needs `on`");
      const inherited = defaults?.step;
      const directory =
        ("directory" in check ? check.directory : undefined) ?? inherited?.directory;
      const shell = {
        env: ("env" in check ? check.env : undefined) ?? inherited?.env ?? {},
        secrets: ("secrets" in check ? check.secrets : undefined) ?? inherited?.secrets ?? {},
        ...(directory === undefined ? {} : { directory }),
      };
      return { type: "run", on: resolver.command(check.run, shell, host) };
    }
    case "reading":
      return { type: "reading", reading: check.reading, done: values(check.done, resolver) };
    case "eval":
      return {
        type: "eval",
        console: console ?? "",
        eval: resolver.expression(check.eval),
        done: check.done,
      };
    case "reconcile":
      return { type: "reconcile", of: check.reconcile, between: check.between };
    case "poll":
      return { type: "idle", console: console ?? "", poll: check.poll };
  }
}

function evalSpec(step: EvalStep, resolver: Resolver, consoles: ConsoleHosts) {
  const host = consoles[step.console]?.host;
  return {
    console: step.console,
    eval: resolver.expression(step.eval, host),
    expect: step.expect,
    check: planCheck(step.check, resolver, undefined, step.console),
    job:
      step.poll === undefined
        ? undefined
        : { poll: step.poll, log: step.log, reconciles: step.reconciles },
    otherwise: otherwise(step, resolver),
    timeoutSeconds: timeout(step, evalTimeoutSeconds, resolver),
  };
}

function otherwise(step: EvalStep, resolver: Resolver): HostCommand | undefined {
  if (step.otherwise === undefined) return undefined;
  const host = resolver.oneHost(step.otherwise.on, `step ${step.id}, otherwise`);
  return resolver.command(step.otherwise.run, step.otherwise, host);
}

function databagSpec(step: DatabagStep, resolver: Resolver): DatabagSpec {
  const set = Object.entries(step.set).map(([pointer, value]): [string, Scalar] => [
    pointer,
    typeof value === "string" ? resolver.text(value) : value,
  ]);
  return {
    bag: resolver.text(step.databag),
    item: resolver.text(step.item),
    set: Object.fromEntries(set),
    create: step.create,
  };
}

function probeSpec(step: ProbeStep, resolver: Resolver) {
  const requests = resolver.hosts(step.on).flatMap((host) =>
    step.probe.map((declared): ProbeRequest => ({
      ...request(declared, step.url, host, resolver),
      expect: expected(declared),
    })),
  );
  const steady =
    step.steady === undefined
      ? undefined
      : { times: step.steady.times, everySeconds: resolver.seconds(step.steady.everySeconds) };
  return { requests, steady, timeoutSeconds: timeout(step, probeTimeoutSeconds, resolver) };
}

function exerciseSpec(step: ExerciseStep, host: string, resolver: Resolver): ExerciseSpec {
  const planned = (declared: DeclaredExercise): ExerciseRequest => ({
    ...request(declared, step.url, host, resolver),
    signed: declared.signed ?? step.signed,
    statuses: declared.expect,
    capture: declared.capture,
  });
  return {
    host,
    throwAway: {
      host,
      url: resolver.text(step.url, host),
      method: "GET",
      path: resolver.text(step.throwAway, host),
      endpoint: "throw-away",
      signed: step.signed,
    },
    requests: step.exercise.map(planned),
    cleanUp: step.finally.map(planned),
  };
}

function expected(declared: DeclaredProbe): ProbeRequest["expect"] {
  return declared.expect.kind === "status"
    ? { statuses: declared.expect.statuses }
    : { sameAs: declared.expect.step };
}

function request(
  declared: Request | DeclaredExercise,
  url: string,
  host: string,
  resolver: Resolver,
) {
  return {
    host,
    url: resolver.text(url, host),
    method: declared.method,
    path: resolver.text(declared.path, host),
    endpoint: declared.endpoint,
    ...(declared.signed === undefined ? {} : { signed: declared.signed }),
    ...(declared.body === undefined ? {} : { body: bodyOf(declared.body, host, resolver) }),
  };
}

function bodyOf(body: Body, host: string, resolver: Resolver): string {
  const filled = (value: unknown): unknown => {
    if (typeof value === "string") return resolver.text(value, host);
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]));
  };
  return typeof body === "string" ? resolver.text(body, host) : JSON.stringify(filled(body));
}

function patterns(
  where: Readonly<Record<string, string>>,
  resolver: Resolver,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(where).map(([name, pattern]) => [name, resolver.pattern(pattern)]),
  );
}

function watchSpec(step: WatchStep, resolver: Resolver): WatchSpec {
  const { sends, limits } = step;
  return {
    log: step.watch,
    ends:
      step.untilQuietSeconds === undefined
        ? { forSeconds: resolver.seconds(step.forSeconds ?? 0) }
        : {
            quietSeconds: resolver.seconds(step.untilQuietSeconds),
            timeoutSeconds: timeout(step, runTimeoutSeconds, resolver),
          },
    where: patterns(step.where, resolver),
    limits: {
      atLeast: limits?.atLeast,
      atMost: limits?.atMost,
      none: limits?.none && patterns(limits.none, resolver),
      all: limits?.all && patterns(limits.all, resolver),
    },
    sends:
      sends === undefined
        ? undefined
        : {
            everySeconds: resolver.seconds(sends.everySeconds),
            requests: resolver
              .hosts(sends.on)
              .flatMap((host) =>
                sends.requests.map((one) => request(one, sends.url, host, resolver)),
              ),
          },
  };
}

function proof(declared: Proof | undefined, resolver: Resolver): Proof | undefined {
  return declared === undefined
    ? undefined
    : { reading: declared.reading, is: values(declared.is, resolver) };
}

function lossOf(step: LossStep, resolver: Resolver): LossSpec["of"] {
  if (step.loss.kind === "rows")
    return { kind: "rows", onlyProtected: step.loss.when === "protected" };
  const { since, unless, withoutSnapshot } = step.loss;
  return {
    kind: "since",
    snapshot: since,
    unless: proof(unless, resolver),
    withoutSnapshot: proof(withoutSnapshot, resolver),
  };
}

function tables(
  declared: Readonly<Record<string, string>>,
  shell: Parameters<Resolver["command"]>[1],
  host: string,
  resolver: Resolver,
): Record<string, HostCommand> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, line]) => [name, resolver.command(line, shell, host)]),
  );
}
