import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { globalOrgId } from "../../common/data.ts";
import type { RedisClient } from "../../common/redis-client.ts";
import { DarklaunchTimeout, setFlags } from "./darklaunch.ts";
import type { FlagFault } from "./darklaunch.ts";
import { detsLists } from "./dets.ts";
import type { Dets, DetsList } from "./dets.ts";
import { atom, string, tuple } from "./erlang-text.ts";
import { fold, scanExpression, stringOf } from "./expression.ts";
import { deleteMigrated } from "./migration.ts";
import { ManagerGone } from "./mover-manager.ts";
import type { MoverManager } from "./mover-manager.ts";

export type Evaluated =
  | { readonly kind: "value"; readonly text: string }
  | {
      readonly kind: "exception";
      readonly class: "error" | "exit" | "throw";
      readonly reason: string;
    }
  | { readonly kind: "undefined"; readonly name: string }
  | { readonly kind: "syntax"; readonly why: string }
  | { readonly kind: "no-dot" };

export interface EvaluatorOptions {
  readonly node: string;
  readonly manager: MoverManager;
  readonly dets: Dets;
  readonly redis: RedisClient;
  readonly open: () => DatabaseSync;
  readonly detsExpressions: Readonly<Record<DetsList, string>>;
  /** 2.2.17 knows `create_account_dets/1` as well. */
  readonly version: string;
  /** Told of each call that changes something, before it is made. */
  readonly note: (call: string) => void;
  /** What a change of flags is to suffer; asked for once each. */
  readonly flagFault: () => FlagFault;
}

/** The calls that change something, with the argument that tells them apart. */
const mutating: Readonly<Record<string, number | undefined>> = {
  "mover_manager:create_account_dets/0": undefined,
  "mover_manager:create_account_dets/1": undefined,
  "mover_manager:migrate/3": 2,
  "mover_org_darklaunch:orgs_503_endpoint_mode/1": 0,
  "mover_org_darklaunch:org_related_endpoints_to_couch/1": 0,
  "moser_chef_converter:delete_all_org_and_global_groups_data/0": undefined,
};

type Call = (args: readonly string[]) => string | Promise<string>;

/** Raised by an expression itself, such as by a call on a table that is not open. */
class Raised extends Error {
  override readonly name = "Raised";
}

/** Knows the expressions of the runbook, not Erlang: everything else is an undefined function or no syntax. */
export function createEvaluator(options: EvaluatorOptions): (source: string) => Promise<Evaluated> {
  const calls = { ...generalCalls(options), ...moverCalls(options) };
  const keysOf = new Map(
    detsLists.map((name) => [fold(options.detsExpressions[name]).replace(/\.$/, ""), name]),
  );
  return async (source) => {
    const scanned = scanExpression(source);
    switch (scanned.kind) {
      case "no-dot":
        return { kind: "no-dot" };
      case "syntax":
        return { kind: "syntax", why: scanned.why };
      case "literal":
        return { kind: "value", text: scanned.text };
      default:
        return attempt(async () => evaluate(options, calls, keysOf, source));
    }
  };
}

async function evaluate(
  { dets, note }: EvaluatorOptions,
  calls: Readonly<Record<string, Call>>,
  keysOf: ReadonlyMap<string, DetsList>,
  source: string,
): Promise<Evaluated> {
  const kind = keysOf.get(fold(source).replace(/\.$/, ""));
  if (kind !== undefined) {
    const keys = dets.keys(kind);
    if (keys === undefined) throw new Raised("badarg");
    return { kind: "value", text: keys };
  }
  const scanned = scanExpression(source);
  if (scanned.kind !== "call") return { kind: "syntax", why: "syntax error before: " };
  const name = `${scanned.name}/${scanned.args.length}`;
  const call = calls[name];
  if (name in mutating) note(sayCall(name, scanned.args));
  return call ? { kind: "value", text: await call(scanned.args) } : { kind: "undefined", name };
}

/** `migrate mover_org_migration_callback`: function and the argument that matters. */
function sayCall(name: string, args: readonly string[]): string {
  const at = mutating[name];
  const argument = at === undefined ? undefined : args[at];
  const called = name.replace(/^.*:|\/\d$/g, "");
  return argument === undefined ? called : `${called} ${stringOf(argument) ?? argument}`;
}

async function attempt(run: () => Promise<Evaluated>): Promise<Evaluated> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ManagerGone || error instanceof DarklaunchTimeout) {
      return { kind: "exception", class: "exit", reason: error.message };
    }
    const reason =
      error instanceof Raised ? error.message : tuple("badmatch", string(String(error)));
    return { kind: "exception", class: "error", reason };
  }
}

function generalCalls({
  node,
  dets,
  manager,
  redis,
  flagFault,
}: EvaluatorOptions): Record<string, Call> {
  const env = new Map([
    ["sleep_time", "5000"],
    ["dry_run", "false"],
  ]);
  const flags = (names: readonly string[]) => async (args: readonly string[]) => {
    const value = stringOf(args[0]);
    if (value === undefined) throw new Raised("function_clause");
    return env.get("dry_run") === "true" ? "ok" : setFlags(redis, names, value, flagFault());
  };
  return {
    "node/0": () => atom(node),
    "whereis/1": ([name]) =>
      name === "mover_manager" && manager.alive ? "<0.142.0>" : "undefined",
    "os:getpid/0": () => string(String(process.pid)),
    "timer:sleep/1": async ([milliseconds]) => {
      await sleep(Number(milliseconds));
      return "ok";
    },
    "application:set_env/3": ([, name = "", value = ""]) => {
      env.set(name, value);
      return "ok";
    },
    "application:get_env/2": ([application, name = ""]) => {
      const value = application === "mover" ? env.get(name) : undefined;
      return value === undefined ? "undefined" : tuple("ok", value);
    },
    "dets:info/2": ([name = "", item]) => {
      if (item !== "size") return "undefined";
      return String(dets.size(name) ?? "undefined");
    },
    "mover_org_darklaunch:orgs_503_endpoint_mode/1": flags(["orgs_503_mode"]),
    "mover_org_darklaunch:org_related_endpoints_to_couch/1": flags([
      "couchdb_organizations",
      "couchdb_associations",
      "couchdb_association_requests",
    ]),
    "mover_org_darklaunch:disable_org_creation/0": async () =>
      setFlags(redis, ["disable_new_orgs"], "true"),
  };
}

function moverCalls({ manager, open, version }: EvaluatorOptions): Record<string, Call> {
  const createDets = async () => (await manager.listening()).createAccountDets();
  return {
    "mover_manager:status/0": async () => (await manager.listening()).status(),
    "mover_manager:create_account_dets/0": createDets,
    ...(version === "2.2.14" ? {} : { "mover_manager:create_account_dets/1": createDets }),
    "mover_manager:migrate/3": async ([, workers, callback = ""]) =>
      (await manager.listening()).migrate(callback, Number(workers)),
    "mover_manager:halt_actions/0": async () => (await manager.listening()).halt(),
    "sys:suspend/1": () => manager.suspend(true),
    "sys:resume/1": () => manager.suspend(false),
    "gen_fsm:send_event/2": ([name, event]) => {
      if (name === "mover_manager" && event === "timeout") manager.sendTimeout();
      return "ok";
    },
    "l/1": ([module = ""]) =>
      module === "moser_chef_converter" ? tuple("module", module) : tuple("error", "nofile"),
    "moser_chef_converter:delete_all_org_and_global_groups_data/0": () => {
      const database = open();
      try {
        return tuple(
          "ok",
          string("global_groups"),
          String(deleteMigrated(database, globalOrgId).groups),
        );
      } finally {
        database.close();
      }
    },
  };
}
