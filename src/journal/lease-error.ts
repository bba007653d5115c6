/** Why nobody can say who holds the lease; a lease that somebody else holds is no error but an answer. */
export class LeaseError extends Error {
  override readonly name = "LeaseError";
  readonly code: "rubbish" | "unwritable" | "lost";
  readonly file: string;
  readonly next: string;

  constructor(code: LeaseError["code"], file: string, what: string, next: string, cause?: unknown) {
    super(`${file}: ${what}. Next: ${next}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.next = next;
  }
}
