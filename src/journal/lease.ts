import type { Actor } from "./event.ts";
import { type LeaseAnswer, readLeaseAnswer, type Tenure, writeHolding } from "./lease-answer.ts";
import type { LeaseBackend } from "./lease-backend.ts";
import { errorText } from "../config/error-text.ts";

export { hostLease, localLease, type LeaseBackend } from "./lease-backend.ts";
export type { Tenure } from "./lease-answer.ts";

export interface LeaseOptions {
  readonly holder: Actor;
  /** The phase that it is wanted for. */
  readonly purpose: string;
  readonly ttlSeconds: number;
  /** Takes it from whoever has it; their token is then the older one. */
  readonly seize?: { readonly reason: string };
  /** The highest token that the journal has, in case that the lease's own files were removed. */
  readonly above?: number;
  /** How often it renews itself; a third of its time by default, 0 for never. */
  readonly renewEverySeconds?: number;
}

/** The right to act, until released or lost. */
export interface Lease {
  readonly kind: "held";
  readonly token: number;
  /** Whose lease this replaces: an expired one, or one that was seized. */
  readonly from: Tenure | undefined;
  /** For the journal: acquired, taken over or seized from whom, and why. */
  readonly sentence: string;
  /** Renews at once; false when it was lost. Throws `LeaseError` when that cannot be told. */
  renew(): Promise<boolean>;
  /** Gives it back; when somebody else has it by now, that stands. Throws `LeaseError` when it could not be told. */
  release(): Promise<void>;
  /** Resolves with the reason when somebody else has it, or when it could not be renewed in its time. */
  readonly lost: Promise<string>;
}

/** Somebody else acts. */
export interface LeaseRefused extends Tenure {
  readonly kind: "refused";
  readonly sentence: string;
}

/** Asks for the right to act; an expired lease is taken over, a live one only by seizing. */
export async function acquireLease(
  backend: LeaseBackend,
  options: LeaseOptions,
): Promise<Lease | LeaseRefused> {
  const first = await askToAcquire(backend, options);
  // Seen whose it was, and that it is a lease: now it may be replaced.
  const over = first.word === "expired" ? first.tenures[0] : undefined;
  const answer = over === undefined ? first : await askToAcquire(backend, options, over.token);
  const [tenure, from] = answer.tenures;
  if (tenure === undefined) throw new Error(`${backend.name}: the lease's script named no holder`);
  if (answer.word !== "acquired")
    return { kind: "refused", ...tenure, sentence: sayRefused(tenure) };
  const held = new HeldLease(backend, options, tenure.token, from);
  held.startRenewing();
  return held;
}

/** Who has the lease, or had it when it ran out, without touching it; undefined where nobody has. */
export async function lookAtLease(backend: LeaseBackend): Promise<Tenure | undefined> {
  const { tenures } = await ask(backend, { LEASE_OPERATION: "look" });
  return tenures[0];
}

function askToAcquire(
  backend: LeaseBackend,
  options: LeaseOptions,
  over?: number,
): Promise<LeaseAnswer> {
  const { holder, purpose, ttlSeconds, seize, above = 0 } = options;
  return ask(backend, {
    LEASE_OPERATION: "acquire",
    LEASE_HOLDER: writeHolding(holder, purpose),
    LEASE_TTL: String(Math.ceil(ttlSeconds)),
    LEASE_SEIZE: seize === undefined ? "" : "yes",
    LEASE_OVER: over === undefined ? "" : String(over),
    LEASE_ABOVE: String(above),
  });
}

class HeldLease implements Lease {
  readonly kind = "held";
  readonly token: number;
  readonly from: Tenure | undefined;
  readonly sentence: string;
  readonly lost: Promise<string>;
  private readonly backend: LeaseBackend;
  private readonly options: LeaseOptions;
  private renewedAt = performance.now();
  private timer: NodeJS.Timeout | undefined;
  private lose: (reason: string) => void = () => undefined;

  constructor(
    backend: LeaseBackend,
    options: LeaseOptions,
    token: number,
    from: Tenure | undefined,
  ) {
    this.backend = backend;
    this.options = options;
    this.token = token;
    this.from = from;
    this.sentence = sayAcquired(options, from);
    this.lost = new Promise((resolve) => {
      this.lose = resolve;
    });
  }

  async renew(): Promise<boolean> {
    const asked = performance.now();
    const answer = await this.tell("renew");
    if (answer.word === "lost") return this.giveUp(sayLost(answer.tenures[0]));
    this.renewedAt = asked;
    return true;
  }

  async release(): Promise<void> {
    this.stop();
    await this.tell("release");
  }

  startRenewing(): void {
    const every = this.options.renewEverySeconds ?? this.options.ttlSeconds / 3;
    if (every <= 0) return;
    this.timer = setTimeout(() => void this.renewInTime(), every * 1000);
    this.timer.unref();
  }

  private async renewInTime(): Promise<void> {
    const { timer } = this;
    const kept = await this.renew().catch((error: unknown) => this.unlessExpired(error));
    if (kept && this.timer === timer) this.startRenewing();
  }

  /** A renewal that failed is tried again until the lease has run out by our own measure. */
  private unlessExpired(error: unknown): boolean {
    const seconds = (performance.now() - this.renewedAt) / 1000;
    if (seconds < this.options.ttlSeconds) return true;
    const why = errorText(error);
    return this.giveUp(`it could not be renewed for ${Math.round(seconds)} s: ${why}`);
  }

  private giveUp(reason: string): false {
    this.stop();
    this.lose(reason);
    return false;
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private tell(operation: "renew" | "release"): Promise<LeaseAnswer> {
    const { ttlSeconds } = this.options;
    return ask(this.backend, {
      LEASE_OPERATION: operation,
      LEASE_TOKEN: String(this.token),
      LEASE_TTL: String(Math.ceil(ttlSeconds)),
    });
  }
}

async function ask(
  backend: LeaseBackend,
  env: Readonly<Record<string, string>>,
): Promise<LeaseAnswer> {
  return readLeaseAnswer(await backend.run(env), backend.name);
}

/** Who it is, as a person looks for them. */
function sayHolder({ holder, purpose }: Tenure): string {
  const where = holder.url === "" ? "" : ` (${holder.url})`;
  return `${holder.by}, run ${holder.run} attempt ${holder.runAttempt}${where}, for ${purpose}`;
}

function sayRefused(tenure: Tenure): string {
  const { since, until, remainingSeconds } = tenure;
  return `the lease is held by ${sayHolder(tenure)}, since ${since}, until ${until} (${remainingSeconds} s from now) unless renewed`;
}

function sayAcquired({ seize }: LeaseOptions, from: Tenure | undefined): string {
  if (seize !== undefined) {
    return `seized${from === undefined ? "" : ` from ${sayHolder(from)}`}: ${seize.reason}`;
  }
  return from === undefined
    ? "acquired"
    : `taken over from ${sayHolder(from)}, expired at ${from.until}`;
}

function sayLost(tenure: Tenure | undefined): string {
  return tenure === undefined
    ? "the lease was removed"
    : `the lease went to ${sayHolder(tenure)}, since ${tenure.since}`;
}
