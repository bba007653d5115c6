import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/journal/event.ts";
import { emptyHead, readJournal, type Head } from "../../src/journal/read-journal.ts";
import type { Entry, FarSide, State } from "./far-side.ts";
import { environment, hosts, needs, type Ground, type HostName } from "./ground.ts";
import { must } from "./must.ts";

/** Reads the journal from outside as it grows, and holds it against itself and against the ledgers. */
export class JournalWitness {
  readonly events: Event[] = [];
  readonly #file: string;
  readonly #far: FarSide;
  #text = "";
  #head: Head = emptyHead;

  constructor(ground: Ground, far: FarSide) {
    this.#file = join(ground.journal, "journal.jsonl");
    this.#far = far;
  }

  /** What was there once must be there still; what came since must chain to it. */
  read(): void {
    const text = this.#textNow();
    must(text.startsWith(this.#text), "lines of the journal were changed or are gone");
    const fresh = readJournal(
      text.slice(this.#text.length),
      { file: this.#file, environment },
      this.#head,
    );
    this.#text += text.slice(this.#text.length, this.#text.length + fresh.keep);
    this.#head = fresh.head;
    this.events.push(...fresh.events);
    if (fresh.events.length === 0) return;
    judgeTokens(this.events);
    judgeAttempts(this.events);
    judgeDowntime(this.events);
    for (const host of hosts) judgeLedger(host, this.#far.ledger(host), this.events);
  }

  #textNow(): string {
    try {
      return readFileSync(this.#file, "latin1");
    } catch {
      return "";
    }
  }
}

/** Tokens only grow, and each is one job's: so events of two holders never mix. */
function judgeTokens(events: readonly Event[]): void {
  const holders = new Map<number, string>();
  let last = 0;
  for (const { token, actor, body, sequence } of events) {
    // What is repaired is written before anybody has the lease.
    if (body.type === "repaired") continue;
    must(token >= last, `line ${sequence} has token ${token} after token ${last}`);
    const who = `run ${actor.run} attempt ${actor.runAttempt}`;
    const holder = holders.get(token) ?? who;
    must(holder === who, `token ${token} is ${holder}'s and, in line ${sequence}, ${who}'s`);
    holders.set(token, holder);
    last = token;
  }
}

/** Attempts are numbered 1, 2, 3 in each round, and each has an id of its own. */
function judgeAttempts(events: readonly Event[]): void {
  const counts = new Map<string, number>();
  const ids = new Set<string>();
  for (const { body, place, round, sequence } of events) {
    if (body.type !== "step-intended") continue;
    const key = `${round} ${place.phase} ${place.step} ${place.host}`;
    const number = (counts.get(key) ?? 0) + 1;
    must(
      place.attempt === number,
      `line ${sequence}: attempt ${place.attempt} of ${key}, wanted ${number}`,
    );
    must(!ids.has(body.id), `line ${sequence}: ${body.id} was used before`);
    counts.set(key, number);
    ids.add(body.id);
  }
}

/** Tokens above this are of a rollback that kept its own journal, or of those who came after it. */
const standInToken = 1000;

/** The clock starts after its step was verified, stops once for each start, and stands when the round is closed. */
function judgeDowntime(events: readonly Event[]): void {
  let since: { readonly round: string; readonly at: string } | undefined;
  let verified = false;
  const seconds = new Map<string, number>();
  for (const { at, body, place, round, sequence, token } of events) {
    if (body.type === "step-ended" && place.step === "offline")
      verified = body.outcome === "succeeded" || body.outcome === "already-done";
    if (body.type === "downtime-started") {
      must(since === undefined, `line ${sequence}: the clock was started while it ran`);
      must(verified, `line ${sequence}: the clock was started before its step was verified`);
      since = { round, at };
    }
    // A rollback without the journal cannot know whether the clock runs.
    const mayKnow = token < standInToken;
    if (body.type === "downtime-ended" && !mayKnow) since = undefined;
    if (body.type === "downtime-ended" && mayKnow) {
      must(since?.round === round, `line ${sequence}: the clock was stopped and did not run`);
      const before = seconds.get(round) ?? 0;
      const sum = before + (Date.parse(at) - Date.parse(since.at)) / 1000;
      must(
        Math.abs(body.seconds - sum) < 1,
        `line ${sequence}: ${body.seconds} s of downtime, wanted ${sum}`,
      );
      seconds.set(round, sum);
      since = undefined;
    }
    if (body.type === "round-closed")
      must(since?.round !== round, `line ${sequence}: the round was closed while the clock ran`);
  }
}

/** A change is made at most once for each attempt that the journal announced, and never where it is already. */
function judgeLedger(host: HostName, ledger: readonly Entry[], events: readonly Event[]): void {
  for (const change of needs[host]) {
    const entries = ledger.filter((entry) => entry.change === change);
    const made = entries.filter(({ made: is, half, byHand }) => is && half !== 2 && !byHand).length;
    const intents = events.filter(
      ({ body, place }) =>
        body.type === "step-intended" && place.step === change && place.host === host,
    ).length;
    must(made <= intents, `${change}@${host}: made ${made} times, announced ${intents} times`);
    judgeTurns(`${change}@${host}`, entries);
  }
}

function judgeTurns(what: string, entries: readonly Entry[]): void {
  let state: State = "not-done";
  for (const { made, change, half } of entries) {
    if (!made) must(state !== "not-done", `${what}: taken back where it was not`);
    else if (change !== "notice") must(state !== "done", `${what}: made where it was made before`);
    if (!made) state = "not-done";
    else state = half === 1 ? "partial" : "done";
  }
}
