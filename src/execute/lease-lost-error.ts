import { overtakenNext } from "../steps/run.ts";

/** Somebody else may act now, so this run may not: nothing more is changed by it. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  readonly next = overtakenNext;
}
