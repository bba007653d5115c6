import type { Actor, Event } from "../journal/event.ts";
import { acquireLease, type Lease, type LeaseBackend } from "../journal/lease.ts";
import { RefusedError } from "./request.ts";

const leaseSeconds = 120;

/** Who wants to act, and whether it may take the lease from whoever has it. */
export interface LeaseWish {
  readonly actor: Actor;
  readonly purpose: string;
  readonly seizeBecause: string | undefined;
  /** A token that somebody is known to have had; ours has to be newer. */
  readonly above?: number;
}

/** One job acts at a time; a rollback never waits for whoever has the lease, and takes it. */
export async function leaseFor(
  { actor, purpose, seizeBecause, above: known = 0 }: LeaseWish,
  events: readonly Event[],
  backend: LeaseBackend,
): Promise<Lease> {
  const above = events.reduce((highest, { token }) => Math.max(highest, token), known);
  const asked = { holder: actor, purpose, ttlSeconds: leaseSeconds, above };
  const seize = seizeBecause === undefined ? {} : { seize: { reason: seizeBecause } };
  const lease = await acquireLease(backend, { ...asked, ...seize });
  if (lease.kind === "held") return lease;
  // A re-run of the same run means that its earlier attempt is over, whatever became of its runner.
  if (isEarlierAttempt(lease.holder, actor)) {
    const again = await acquireLease(backend, {
      ...asked,
      seize: { reason: "a re-run of the same run" },
    });
    if (again.kind === "held") return again;
  }
  throw new RefusedError(
    lease.sentence,
    "wait until it has ended or expired, or dispatch the rollback, which takes over",
  );
}

function isEarlierAttempt(holder: Actor, actor: Actor): boolean {
  return holder.run === actor.run && holder.runAttempt < actor.runAttempt;
}
