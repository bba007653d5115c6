import { overtakenNext } from "../journal/overtaken.ts";

/** Somebody else may act now, so this run may not: nothing more is changed by it. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  readonly next = overtakenNext;

  /** The same error, with more of what is known where it struck. */
  with(more: string): LeaseLostError {
    return new LeaseLostError(`${this.message}; ${more}`, { cause: this });
  }
}
