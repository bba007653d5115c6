import { parseArgs } from "node:util";

import { nearest } from "../../src/config/nearest.ts";
import { dispatched } from "./run-ids.ts";

/** What `script/rehearse` was asked for. */
export interface RehearsalOptions {
  readonly yes: boolean;
  readonly environment: "pre-prod" | "prod";
  readonly phases: readonly string[];
  readonly fault: string | undefined;
  readonly listFaults: boolean;
  readonly world: "embedded" | "real";
  readonly mover: "2.2.14" | "2.2.17";
  readonly out: string;
  readonly keep: boolean;
  readonly help: boolean;
}

export const usage = `Usage: script/rehearse [options]

Starts a world on loopback and runs every phase of the org migration through dist/,
one process per phase, as GitHub's runner would.

  --yes                      approve everything; without it each phase asks
  --environment NAME         pre-prod (default), or prod, which rehearses pre-prod's chain first
  --phases LIST              phases in this order, such as
                             preflight,schema,mover,migrate,rollback,reset (default: the chain)
  --world embedded|real      embedded (default) needs only Node; real uses OpenSSH, Erlang,
                             PostgreSQL, Redis and sqitch from Debian's packages
  --mover 2.2.14|2.2.17      whose behaviour the mover stand-in shows (default 2.2.14)
  --fault NAME               inject a fault and go on as a person would, until the end that it promises
  --list-faults              the names of the faults, and the end that each promises
  --out DIR                  where the results go (default rehearsal-out)
  --keep                     leave the world running and say how to reach it
`;

/** A rehearsal that was asked for in words that mean nothing. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The phases of the chain, in their order. */
export const chain: readonly string[] = [
  "preflight",
  "schema",
  "mover",
  "migrate",
  "cutover",
  "reopen",
];
const dispatchable = [...chain, ...dispatched];

/** Reads the command line; every wrong word is named. */
export function readOptions(args: readonly string[]): RehearsalOptions {
  const { values } = parse(args);
  return {
    yes: values.yes,
    environment: oneOf("--environment", values.environment, ["pre-prod", "prod"]),
    phases: values.phases === undefined ? chain : readPhases(values.phases),
    fault: values.fault,
    listFaults: values["list-faults"],
    world: oneOf("--world", values.world, ["embedded", "real"]),
    mover: oneOf("--mover", values.mover, ["2.2.14", "2.2.17"]),
    out: values.out,
    keep: values.keep,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        yes: { type: "boolean", default: false },
        environment: { type: "string", default: "pre-prod" },
        phases: { type: "string" },
        fault: { type: "string" },
        "list-faults": { type: "boolean", default: false },
        world: { type: "string", default: "embedded" },
        mover: { type: "string", default: "2.2.14" },
        out: { type: "string", default: "rehearsal-out" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function oneOf<const T extends string>(option: string, value: string, words: readonly T[]): T {
  const word = words.find((one) => one === value);
  if (word === undefined)
    throw new UsageError(`${option} must be ${words.join(" or ")}, not ${value}`);
  return word;
}

function readPhases(list: string): readonly string[] {
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !dispatchable.includes(name));
  if (unknown === undefined) return names;
  if (unknown === "") throw new UsageError(`--phases has an empty name in ${JSON.stringify(list)}`);
  const meant = nearest(unknown, dispatchable);
  const suggestion = meant === undefined ? "." : `; did you mean ${meant}?`;
  throw new UsageError(
    `--phases: there is no phase ${unknown}${suggestion} There are ${dispatchable.join(", ")}; plan always runs first`,
  );
}
