import { GithubError, type GithubFailure } from "./github-error.ts";

/** A request as its failures name it. */
export interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The permission that the job's token needs for it, as a workflow writes it. */
  readonly needs: string;
}

/** An answer that is none of the good ones. */
export interface BadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

const longestWait = 24 * 3600;

/** Says of a status what it means for whoever asked. */
export function failureOf(asked: Asked, answer: BadAnswer): GithubError {
  const { status } = answer;
  const kind = kindOf(answer);
  const retryAfterSeconds = kind === "rate-limited" ? waitOf(answer) : undefined;
  return new GithubError({
    kind,
    asked: sayAsked(asked),
    cameBack: `${status}${saidBy(answer.data)}`,
    next: nextFor(kind, asked, retryAfterSeconds),
    status,
    retryAfterSeconds,
  });
}

/** A failure that no status tells. */
export function failed(
  kind: "unreachable" | "late" | "not-json" | "wrong-shape" | "wrong-bytes",
  asked: Asked,
  cameBack: string,
): GithubError {
  return new GithubError({
    kind,
    asked: sayAsked(asked),
    cameBack,
    next: nextFor(kind, asked, undefined),
  });
}

export function sayAsked({ method, path }: Asked): string {
  return `${method} ${path}`;
}

function kindOf({ status, headers }: BadAnswer): GithubFailure {
  if (status === 401) return "unauthorized";
  const limited = headers["x-ratelimit-remaining"] === "0" || headers["retry-after"] !== undefined;
  if (status === 429 || (status === 403 && limited)) return "rate-limited";
  if (status === 403) return "forbidden";
  if (status === 404) return "not-found";
  if (status < 400) return "redirected";
  return status < 500 ? "rejected" : "server-error";
}

/** Seconds, a date, or the time at which the limit is lifted. */
function waitOf({ headers }: BadAnswer): number | undefined {
  const after = headers["retry-after"];
  const reset = headers["x-ratelimit-reset"];
  const seconds =
    after !== undefined
      ? Number.isNaN(Number(after))
        ? (Date.parse(String(after)) - Date.now()) / 1000
        : Number(after)
      : Number(reset) - Date.now() / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(0, Math.ceil(seconds)), longestWait);
}

/** GitHub's own words, cut short: they are foreign text. */
function saidBy(data: unknown): string {
  const message =
    typeof data === "object" && data !== null && "message" in data ? data.message : undefined;
  return typeof message === "string" && message !== "" ? `, "${message.slice(0, 200)}"` : "";
}

function nextFor(kind: GithubFailure, asked: Asked, wait: number | undefined): string {
  switch (kind) {
    case "unauthorized":
      return "the token is not valid here or has expired: leave the input github-token at its default, and re-run the job";
    case "forbidden":
      return `give the job \`permissions: ${asked.needs}\`, then dispatch a new run`;
    case "not-found":
      return `see whether it exists in this repository; a token without \`permissions: ${asked.needs}\` gets the same answer`;
    case "rate-limited":
      return wait === undefined
        ? "GitHub takes no more requests for now: wait, then re-run the job"
        : `GitHub takes no more requests for ${wait} s: wait that long, then re-run the job`;
    case "rejected":
      return "GitHub does not take the request as it is: read its words; this may be a mistake of this program";
    case "redirected":
      return "the repository may have been renamed or moved: dispatch a new run in its present place";
    case "wrong-bytes":
      return "what was downloaded is not what was uploaded: re-run the job; if it stays so, make the artifact again";
    case "unreachable":
    case "late":
    case "server-error":
      return "see https://www.githubstatus.com and the runner's way to the API, then re-run the job";
    case "not-json":
    case "wrong-shape":
      return "something else than GitHub's API may have answered: see GITHUB_API_URL and the runner's proxy, then re-run the job";
  }
}
