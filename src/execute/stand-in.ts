import { setTimeout as sleep } from "node:timers/promises";

import { JournalError, type JournalErrorCode } from "../journal/journal-error.ts";
import { LeaseError } from "../journal/lease-error.ts";
import { sayEnd } from "../journal/lost-error.ts";
import { type Connection, TransportError } from "../transport/connection.ts";
import { highestToken, presentToken } from "../transport/job-control.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import { besideCopy, holdDesk, hostDesk, type HeldDesk } from "./desk.ts";
import type { LeaseWish } from "./lease-for.ts";
import { messageOf, nextOf } from "./next-of.ts";
import type { Prepared } from "./prepare.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";

/**
 * Far above what the journal's own lease gives out meanwhile: a run that does not know of the rollback must
 * be the older one on every host that the rollback has seen.
 */
const tokenLeap = 1000;

/** What is wrong with these is not the journal: a wrong inventory, a defect, somebody who writes just now. */
const usable: ReadonlySet<JournalErrorCode> = new Set([
  "other-environment",
  "invalid-event",
  "moved",
]);

/** Whether an error says that the journal cannot be used now. Another environment's journal is no such thing. */
export function journalIsUnusable(error: unknown): boolean {
  if (error instanceof JournalError) return !usable.has(error.code);
  return error instanceof LeaseError || error instanceof TransportError;
}

/**
 * Hosts that can keep a rollback's journal while the environment's own cannot be used: those that it acts on. The
 * inventory's own come first: another run may know others from its search.
 */
export function standInHosts({ plan, inventory, fixed }: Prepared): readonly string[] {
  const named = plan.phases
    .filter(({ dispatched }) => dispatched === "rollback")
    .flatMap(({ steps }) => steps.flatMap(({ units }) => units.flatMap(({ host }) => host ?? [])));
  const found = new Set(fixed?.roles.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
  return [...new Set(named)]
    .filter((host) => host !== inventory.journal.host && Object.hasOwn(plan.hosts, host))
    .toSorted((a, b) => Number(found.has(a)) - Number(found.has(b)));
}

/** Beside the job directories of a host, in a directory of its own. */
export function standInDirectory({ inventory }: Prepared): string {
  return `${inventory.stateDirectory}/stand-in-journal`;
}

const prepareScript = `umask 077
mkdir -p "$JOURNAL_DIRECTORY" && cd "$JOURNAL_DIRECTORY" || exit
[ -e environment ] || printf '%s\\n' "$JOURNAL_ENVIRONMENT" > environment`;

/** Opens a journal on the first of these hosts that can keep one, and fences whoever acted before on all of them. */
export async function holdStandIn(
  request: PhaseRequest,
  prepared: Prepared,
  hosts: HostPool,
  wish: LeaseWish,
  because: unknown,
): Promise<HeldDesk> {
  const reached = await reach(standInHosts(prepared), hosts);
  const { stateDirectory } = prepared.inventory;
  const seen = await Promise.all(
    reached.map((connection) => highestToken(connection, stateDirectory).catch(() => 0)),
  );
  const above = Math.max(0, ...seen) + tokenLeap;
  const problems: unknown[] = [];
  for (const connection of reached) {
    try {
      const held = await holdOn(connection, request, prepared, hosts, { ...wish, above });
      const { host: journalHost } = prepared.inventory.journal;
      const more = journalHost === undefined ? [] : await reach([journalHost], hosts);
      await fence([...reached, ...more], stateDirectory, held.lease.token);
      return held;
    } catch (error) {
      problems.push(error);
    }
  }
  throw nowhere(because, problems, silentOf(prepared, reached));
}

async function holdOn(
  connection: Connection,
  request: PhaseRequest,
  prepared: Prepared,
  hosts: HostPool,
  wish: LeaseWish,
): Promise<HeldDesk> {
  const { run, runAttempt } = request.actor;
  const directory = standInDirectory(prepared);
  const env = {
    JOURNAL_DIRECTORY: directory,
    JOURNAL_ENVIRONMENT: prepared.inventory.environment,
  };
  const made = await connection.exec({ line: prepareScript, env }, { timeoutSeconds: 30 });
  if (made.end.kind !== "exited" || made.end.status !== 0) {
    const place = `${connection.host}:${directory}`;
    throw new RefusedError(
      `${place}: no journal can be kept there: ${made.stderr.trim() || sayEnd(made.end)}`,
      `make room on the disk of ${connection.host}, or give the SSH user ${place}`,
    );
  }
  const name = `stand-in-journal-${run.replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${runAttempt}.jsonl`;
  const where = { host: connection.host, directory, copyFile: besideCopy(request, name) };
  return holdDesk(hostDesk(request, prepared, hosts, where), wish);
}

const reachSeconds = 5;

/** Those of the hosts that answer soon; nobody waits for the others. */
export async function reach(
  names: readonly string[],
  hosts: HostPool,
): Promise<readonly Connection[]> {
  const tried = names.map(async (name) => {
    const late = sleep(reachSeconds * 1000, undefined, { ref: false });
    return await Promise.race([hosts.get(name).catch(() => undefined), late]);
  });
  return (await Promise.all(tried)).flatMap((one) => one ?? []);
}

async function fence(
  reached: readonly Connection[],
  stateDirectory: string,
  token: number,
): Promise<void> {
  const told = reached.map((connection) => presentToken(connection, stateDirectory, token));
  await Promise.allSettled(told);
}

/** Hosts that could keep a journal and do not answer. */
function silentOf(prepared: Prepared, reached: readonly Connection[]): readonly string[] {
  return standInHosts(prepared).filter((name) => reached.every(({ host }) => host !== name));
}

/** One of them is enough: the journal's own host, or any of the others. */
function nowhere(
  because: unknown,
  problems: readonly unknown[],
  silent: readonly string[],
): RefusedError {
  const unanswered = silent.map((host) => `${host} does not answer`);
  const tried = [...problems.map(messageOf), ...unanswered];
  const ways = [
    nextOf(because) ?? "reach the journal's host",
    ...problems.flatMap((problem) => nextOf(problem) ?? []),
    ...silent.map((host) => `reach ${host}`),
  ].map((way) => way.replace(/, then run (?:the phase )?again$/, ""));
  return new RefusedError(
    `the journal cannot be used (${messageOf(because)}), and no host that the rollback acts on can keep one meanwhile: ${tried.length === 0 ? "there is none" : tried.join("; ")}`,
    `one of these is enough: ${[...new Set(ways)].join("; or ")}. Then dispatch this again`,
  );
}

/** What a person has to know of a phase that went on without the journal. */
export function sayStandIn({ desk }: HeldDesk, because: unknown): string {
  return `the journal could not be used (${messageOf(because)}); what was done is kept on ${desk.name} and on the runner, and joins the journal with the next run that can use it`;
}
