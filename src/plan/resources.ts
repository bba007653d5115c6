import type { Runbook, Question } from "../runbook/schema.ts";
import type {
  ChefServer,
  ConsoleResource,
  DeclaredSigner,
  Log,
  Poll,
  Reading,
  Reconciliation,
  Reference,
  Resources,
  Side,
} from "../steps/resources.ts";
import type { Resolver } from "./resolve.ts";

/** Resolves everything that the runbook's steps refer to by name. */
export function planResources(runbook: Runbook, resolver: Resolver): Resources {
  return {
    readings: mapValues(runbook.readings, (reading, name): Reading => ({
      name,
      title: reading.title ?? name,
      names: reading.names,
      on: resolver.hosts(reading.on).map((host) => resolver.command(reading.run, reading, host)),
    })),
    logs: mapValues(runbook.logs, (log, name): Log => ({
      name,
      entry: resolver.text(log.entry),
      on: resolver.hosts(log.on).map((host) => ({ host, files: resolver.text(log.files, host) })),
    })),
    consoles: mapValues(runbook.consoles, (declared, name): ConsoleResource => {
      const host = resolver.oneHost([declared.on], `console ${name}`);
      return {
        name,
        host,
        directory: resolver.text(declared.directory, host),
        node: resolver.text(declared.node, host),
        start: resolver.text(declared.start, host),
        attach: resolver.text(declared.attach, host),
        ping: resolver.text(declared.ping, host),
        stop: resolver.text(declared.stop, host),
        ...(declared.settleSeconds === undefined
          ? {}
          : { settleSeconds: resolver.seconds(declared.settleSeconds, host) }),
        ready: declared.ready.map(({ eval: expression, expect }) => ({
          eval: resolver.expression(expression, host),
          expect,
        })),
      };
    }),
    polls: mapValues(runbook.polls, (poll, name): Poll => ({
      name,
      status: resolver.expression(poll.status),
      everySeconds: resolver.seconds(poll.everySeconds),
      before: poll.before.map(({ eval: expression, expect }) => ({
        eval: resolver.expression(expression),
        expect,
      })),
      idle: patterns(poll.idle),
      busy: poll.busy.map(patterns),
      done: patterns(poll.done),
      stopped: patterns(poll.stopped ?? {}),
      counters: poll.counters,
      sticky: patterns(poll.sticky),
      stalled:
        poll.stalled === undefined
          ? undefined
          : {
              when: patterns(poll.stalled.when),
              times: poll.stalled.times,
              free: resolver.expression(poll.stalled.free),
            },
    })),
    reconciliations: mapValues(runbook.reconciliations, (declared, name): Reconciliation => ({
      name,
      title: declared.title ?? name,
      sides: {
        source: side(declared.source, "number", `${name}, source`, resolver),
        dets: side(declared.dets, "keys", `${name}, dets`, resolver),
        sql: side(declared.sql, "keys", `${name}, sql`, resolver),
      },
      failures: declared.failures,
    })),
    chef: planChef(runbook, resolver),
    signers: mapValues(runbook.signers, ({ client, key, version }, name): DeclaredSigner => ({
      name,
      client: resolver.text(client),
      key,
      version,
    })),
    references: mapValues(runbook.references, (declared, name): Reference => ({
      name,
      title: declared.title ?? name,
      source: side(declared.source, "keys", `${name}, source`, resolver),
      sql:
        declared.sql === undefined
          ? undefined
          : side(declared.sql, "keys", `${name}, sql`, resolver),
    })),
  };
}

function planChef({ chef }: Runbook, resolver: Resolver): ChefServer | undefined {
  return (
    chef && {
      url: resolver.text(chef.url),
      client: resolver.text(chef.client),
      key: chef.key,
      ca: chef.ca,
      version: chef.version,
      host: chef.on === undefined ? undefined : resolver.oneHost([chef.on], "the Chef server"),
    }
  );
}

function side(
  question: Question,
  gives: "number" | "keys",
  what: string,
  resolver: Resolver,
): Side {
  if (question.kind === "eval") {
    return {
      type: "eval",
      console: question.console,
      eval: resolver.expression(question.eval),
      gives: "keys",
    };
  }
  const host = resolver.oneHost(question.on, what);
  return { type: "run", on: resolver.command(question.run, question, host), gives };
}

function patterns(
  state: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> {
  return mapValues(state, String);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, map(value, name)]),
  );
}
