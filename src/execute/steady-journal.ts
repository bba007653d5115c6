import type { Event, EventBody, Place } from "../journal/event.ts";
import { JournalError } from "../journal/journal-error.ts";
import { lostError } from "../journal/lost-error.ts";
import type { Journal } from "../journal/journal.ts";
import type { Store } from "../journal/store.ts";
import type { Clock } from "./clock.ts";
import type { PhaseJournal } from "./execute-phase.ts";
import { canonicalJson } from "../plan/digest.ts";
import { errorText } from "../config/error-text.ts";

const tries = 5;
const pauseSeconds = 2;

/** Appends to a journal whose host may go away for a while: connects again, and writes nothing twice. */
export class SteadyJournal implements PhaseJournal {
  readonly #journal: Journal;
  /** Makes a new connection to where the journal lies; undefined when it lies on the runner. */
  readonly #reconnect: (() => Promise<Store>) | undefined;
  readonly #clock: Clock;
  #reopening: Promise<readonly Event[]> | undefined;

  constructor(journal: Journal, reconnect: (() => Promise<Store>) | undefined, clock: Clock) {
    this.#journal = journal;
    this.#reconnect = reconnect;
    this.#clock = clock;
  }

  get events(): readonly Event[] {
    return this.#journal.events;
  }

  get notes(): readonly string[] {
    return this.#journal.notes;
  }

  setRound(id: string): void {
    this.#journal.setRound(id);
  }

  async append(place: Place, body: EventBody): Promise<Event> {
    try {
      return await this.#journal.append(place, body);
    } catch (error) {
      if (this.#reconnect === undefined || !isLost(error)) throw error;
      const reconnect = this.#reconnect;
      return await this.#afterReopening(place, body, () => orLost(reconnect, error));
    }
  }

  /** What was on its way is settled by the reopening; what was refused meanwhile was never on its way. */
  async #afterReopening(
    place: Place,
    body: EventBody,
    reconnect: () => Promise<Store>,
  ): Promise<Event> {
    this.#reopening ??= this.#reopen(reconnect).finally(() => {
      this.#reopening = undefined;
    });
    const settled = await this.#reopening;
    const wanted = canonicalJson({ place, body });
    const found = settled.find(
      (one) => canonicalJson({ place: one.place, body: one.body }) === wanted,
    );
    return found ?? (await this.#journal.append(place, body));
  }

  async #reopen(reconnect: () => Promise<Store>): Promise<readonly Event[]> {
    // A try that confirms some lines and fails at the next has settled the first ones for good.
    const read = this.#journal.events.length;
    for (let left = tries; ; left -= 1) {
      try {
        await this.#journal.reopen({ store: await reconnect() });
        return this.#journal.events.slice(read);
      } catch (error) {
        // A journal that says something else than "not reached" will say so again.
        if (left <= 1 || (error instanceof JournalError && !isLost(error))) throw error;
        await this.#clock.sleep(pauseSeconds);
      }
    }
  }
}

/** A host that cannot be reached again is the journal that stays lost, and not an error of its own. */
async function orLost(reconnect: () => Promise<Store>, lost: JournalError): Promise<Store> {
  try {
    return await reconnect();
  } catch (error) {
    const why = errorText(error);
    throw lostError(lost.file, why, error);
  }
}

function isLost(error: unknown): error is JournalError {
  return error instanceof JournalError && error.code === "lost";
}
