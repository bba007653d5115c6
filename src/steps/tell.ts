import { renderCommand } from "../transport/shell.ts";
import type { CheckSpec } from "./check.ts";
import type { HostCommand, Resources, Side } from "./resources.ts";

/** A read-only question that a person can put by hand, when nothing else can tell how a step ended. */
export interface Telling {
  readonly host: string;
  /** Typed in this console and not in a shell. */
  readonly console?: string;
  readonly line: string;
}

/** What a check asks, as a person would ask it; secrets stand by their names. */
export function tellByCheck(check: CheckSpec | undefined, resources: Resources): Telling[] {
  if (check === undefined) return [];
  switch (check.type) {
    case "run":
      return [tellByCommand(check.on)];
    case "reading":
      return (resources.readings[check.reading]?.on ?? []).map(tellByCommand);
    case "eval":
      return tellInConsole(check.console, check.eval, resources);
    case "reconcile":
      return check.of.flatMap((of) => tellBySides(of, check.between, resources));
    case "idle":
      return tellByStatus(check.poll, check.console, resources);
  }
}

/** The status of an asynchronous job, as it is polled. */
export function tellByStatus(poll: string, console: string, resources: Resources): Telling[] {
  const status = resources.polls[poll]?.status;
  return status === undefined ? [] : tellInConsole(console, status, resources);
}

/** The sides of a comparison, each where it is read. */
export function tellBySides(
  reconciliation: string,
  sides: readonly ("source" | "dets" | "sql")[],
  resources: Resources,
): Telling[] {
  const declared = resources.reconciliations[reconciliation]?.sides;
  if (declared === undefined) return [];
  return sides.flatMap((side) => tellBySide(declared[side], resources));
}

/** What a console's own script says of its node. */
export function tellByPing(console: string, resources: Resources): Telling[] {
  const declared = resources.consoles[console];
  if (declared === undefined) return [];
  const { host, directory, ping } = declared;
  return [{ host, line: renderCommand({ line: ping, directory }) }];
}

function tellBySide(side: Side, resources: Resources): Telling[] {
  return side.type === "run"
    ? [tellByCommand(side.on)]
    : tellInConsole(side.console, side.eval, resources);
}

function tellByCommand({ host, command, secretNames }: HostCommand): Telling {
  const secrets = Object.fromEntries(Object.keys(secretNames).map((name) => [name, ""]));
  return { host, line: renderCommand({ ...command, secrets }) };
}

function tellInConsole(console: string, line: string, resources: Resources): Telling[] {
  const host = resources.consoles[console]?.host;
  return host === undefined ? [] : [{ host, console, line }];
}
