/** What a Chef server's answer, or its absence, says of what was asked. */
export type ChefFailure =
  /** It refused, or was never reached: nothing was written. */
  | "not-done"
  /** A change was sent, and nobody knows whether it was made. */
  | "unknown";

interface ChefFacts {
  readonly kind: ChefFailure;
  readonly next: string;
  readonly status?: number | undefined;
  readonly again?: boolean;
}

/** A Chef server did not answer as it must; the message says what was asked and what came back. */
export class ChefError extends Error {
  override readonly name = "ChefError";
  readonly kind: ChefFailure;
  readonly next: string;
  /** Of the answer; undefined when there was none. */
  readonly status: number | undefined;
  /** Whether asking once more may help, where there was no answer. */
  readonly again: boolean;

  constructor(message: string, { kind, next, status, again = false }: ChefFacts) {
    super(message);
    this.kind = kind;
    this.next = next;
    this.status = status;
    this.again = again;
  }
}
