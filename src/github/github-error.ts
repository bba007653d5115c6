/** How GitHub did not answer what was asked. */
export type GithubFailure =
  | "unauthorized"
  | "forbidden"
  | "not-found"
  | "rate-limited"
  | "rejected"
  | "server-error"
  | "redirected"
  | "unreachable"
  | "late"
  | "not-json"
  | "wrong-shape"
  | "wrong-bytes";

/** What stands behind a failed request, without anything secret. */
export interface FailureFacts {
  readonly kind: GithubFailure;
  /** `GET /repos/o/r/environments/prod`. */
  readonly asked: string;
  /** What came back, as one sentence's end. */
  readonly cameBack: string;
  readonly next: string;
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** GitHub's API did not answer as it must; says what was asked, what came back and what to do. */
export class GithubError extends Error {
  override readonly name = "GithubError";
  readonly kind: GithubFailure;
  readonly asked: string;
  readonly next: string;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor({ kind, asked, cameBack, next, status, retryAfterSeconds }: FailureFacts) {
    super(`GitHub was asked for ${asked}: ${cameBack}`);
    this.kind = kind;
    this.asked = asked;
    this.next = next;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
