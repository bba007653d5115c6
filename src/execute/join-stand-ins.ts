import type { Event } from "../journal/event.ts";
import { hostStore } from "../journal/host-store.ts";
import type { Journal } from "../journal/journal.ts";
import { acquireLease, hostLease } from "../journal/lease.ts";
import { readJournal } from "../journal/read-journal.ts";
import { replay } from "../journal/replay.ts";
import { canonicalJson } from "../plan/digest.ts";
import type { Connection } from "../transport/connection.ts";
import type { HostPool } from "../transport/ssh/host-pool.ts";
import type { LeaseWish } from "./lease-for.ts";
import type { Prepared } from "./prepare.ts";
import { RefusedError, type PhaseRequest } from "./request.ts";
import { roundBehind } from "./round.ts";
import { reach, standInDirectory, standInHosts } from "./stand-in.ts";

/** Events that a rollback kept on a host while the environment's journal could not be used. */
export interface StandIn {
  /** `pg1:.runbook-phase/stand-in-journal`. */
  readonly name: string;
  readonly events: readonly Event[];
  /** The highest token in them; whoever acts next has to be newer. */
  readonly token: number;
  readonly firstPhase: string;
  /** Puts the file aside, once its events have joined the journal. */
  retire(): Promise<void>;
  /** Gives back the lease beside it: until then nobody writes there. */
  release(): Promise<void>;
}

/** Looks on every host that can have kept one; refused while somebody still acts on it. */
export async function findStandIns(
  request: PhaseRequest,
  prepared: Prepared,
  hosts: HostPool,
  wish: LeaseWish,
): Promise<readonly StandIn[]> {
  const reached = await reach(standInHosts(prepared), hosts);
  const found = await Promise.all(
    reached.map((connection) => standInOn(connection, prepared, request, wish)),
  );
  return found.flatMap((one) => one ?? []);
}

const existsScript = `[ -s "$JOURNAL_DIRECTORY/journal.jsonl" ] && echo there`;

async function standInOn(
  connection: Connection,
  prepared: Prepared,
  { actor }: PhaseRequest,
  { purpose, seizeBecause }: LeaseWish,
): Promise<StandIn | undefined> {
  const directory = standInDirectory(prepared);
  const { environment } = prepared.inventory;
  const env = { JOURNAL_DIRECTORY: directory };
  const { stdout } = await connection.exec({ line: existsScript, env }, { timeoutSeconds: 30 });
  if (stdout.trim() !== "there") return undefined;
  const name = `${connection.host}:${directory}`;
  const seize = seizeBecause === undefined ? {} : { seize: { reason: seizeBecause } };
  const lease = await acquireLease(hostLease(connection, directory), {
    holder: actor,
    purpose,
    ttlSeconds: 120,
    ...seize,
  });
  if (lease.kind === "refused") {
    throw new RefusedError(
      `a rollback that cannot use the journal keeps its own on ${name}, and is under way: ${lease.sentence}`,
      "wait until it has ended or its lease has expired, or dispatch the rollback, which takes over",
    );
  }
  try {
    const { text } = await hostStore({ connection, directory, environment }).load();
    const { events } = readJournal(text, { file: `${name}/journal.jsonl`, environment });
    const token = events.reduce((highest, one) => Math.max(highest, one.token), 0);
    return {
      name,
      events,
      token,
      firstPhase: prepared.plan.phases.find(({ round }) => round === "opens")?.id ?? "",
      retire: () => retire(connection, directory),
      release: () => lease.release().catch(() => undefined),
    };
  } catch (error) {
    await lease.release().catch(() => undefined);
    throw error;
  }
}

const retireScript = `cd "$JOURNAL_DIRECTORY" && mv journal.jsonl "joined-$(date +%s).jsonl"`;

/** A file that cannot be put aside is found again, and has nothing new then. */
async function retire(connection: Connection, directory: string): Promise<void> {
  const env = { JOURNAL_DIRECTORY: directory };
  await connection.exec({ line: retireScript, env }, { timeoutSeconds: 30 }).catch(() => undefined);
}

/** Adds what was kept elsewhere, each event once and as it was written, and says so. */
export async function joinStandIns(journal: Journal, found: readonly StandIn[]): Promise<void> {
  const inOrder = found.toSorted((a, b) => a.token - b.token);
  for (const standIn of inOrder) {
    const kept = inRoundBehind(journal.events, standIn.events, standIn.firstPhase);
    const missing = missingIn(journal.events, numberedOn(journal.events, kept));
    if (missing.length > 0) {
      await journal.adopt(missing);
      const detail = `${missing.length} events that were kept on ${standIn.name} while this journal could not be used were added`;
      await journal.append({}, { type: "repaired", detail });
    }
    await standIn.retire();
    await standIn.release();
  }
}

function missingIn(there: readonly Event[], kept: readonly Event[]): readonly Event[] {
  const known = new Set(there.map(keyOf));
  return kept.filter((event) => !known.has(keyOf(event)));
}

/** What an event says without what joining may have changed: its place in a chain, its round, its attempt's number. */
function keyOf({ at, token, actor, place: { attempt: _, ...place }, body }: Event): string {
  return canonicalJson({ at, token, actor, place, body });
}

/** A rollback that could not read the journal counted its attempts from 1; those before it come first. */
function numberedOn(there: readonly Event[], kept: readonly Event[]): readonly Event[] {
  const state = replay(there);
  const joined = new Map(
    there.flatMap(({ body, place }) =>
      body.type === "step-intended" ? [[body.id, place.attempt]] : [],
    ),
  );
  const last = new Map<string, number>();
  const numbers = new Map<string, number>();
  return kept.map((event) => {
    const { body, place, round } = event;
    const { phase, step, host, attempt } = place;
    if (phase === undefined || step === undefined || attempt === undefined) return event;
    const unit = canonicalJson({ round, phase, step, host });
    if (body.type === "step-intended") {
      const before = last.get(unit) ?? state.inRound(round).step(phase, step, host).attempts;
      const number = joined.get(body.id) ?? before + 1;
      last.set(unit, Math.max(before, number));
      numbers.set(`${unit} ${attempt}`, number);
    }
    return { ...event, place: { ...place, attempt: numbers.get(`${unit} ${attempt}`) ?? attempt } };
  });
}

/** A rollback that could not read the journal opened a round of its own; it was about the round behind it. */
function inRoundBehind(
  there: readonly Event[],
  kept: readonly Event[],
  firstPhase: string,
): readonly Event[] {
  const round = roundBehind(replay(there), firstPhase);
  if (round === undefined) return kept;
  // A round in which somebody went on since is not closed by what happened before that.
  const last = kept.at(-1)?.at ?? "";
  const wentOn = there.some(
    ({ round: id, at, body }) =>
      id === round.id && at > last && body.type === "step-applied" && body.outcome !== "refused",
  );
  const left: ReadonlySet<string> = new Set(
    wentOn ? ["round-opened", "round-closed"] : ["round-opened"],
  );
  return kept
    .filter(({ body }) => !left.has(body.type))
    .map((event) => ({ ...event, round: round.id }));
}
