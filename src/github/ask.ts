import { setTimeout as sleep } from "node:timers/promises";
import { getOctokit } from "@actions/github";
import type * as z from "zod";

import { errorText } from "../config/error-text.ts";
import { failed, failureOf, type Asked, type BadAnswer } from "./answered.ts";
import { GithubError } from "./github-error.ts";

/** Where GitHub is and how long it may take. */
export interface Access {
  /** GITHUB_API_URL: the only place that ever gets the token. */
  readonly apiUrl: string;
  readonly token: string;
  /** One request. */
  readonly attemptSeconds: number;
  /** A call of the client with all of its requests and repetitions. */
  readonly totalSeconds: number;
  /** How often a read is sent at most. */
  readonly tries: number;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal | undefined;
}

/** What an answer without a failure brought. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

const firstPauseSeconds = 0.25;
const tooLate = "there was no answer in time";

/** The requests of one call, within one deadline. */
export class Asker {
  readonly #access: Access;
  readonly #octokit: ReturnType<typeof getOctokit>;
  readonly #over: AbortSignal;
  readonly #deadline: number;

  constructor(access: Access) {
    this.#access = access;
    this.#octokit = getOctokit(access.token, { baseUrl: access.apiUrl, log: silent });
    this.#over = AbortSignal.any([
      AbortSignal.timeout(access.totalSeconds * 1000),
      ...(access.signal === undefined ? [] : [access.signal]),
    ]);
    this.#deadline = Date.now() + access.totalSeconds * 1000;
  }

  /** Aborted when this call may take no more time. */
  get over(): AbortSignal {
    return this.#over;
  }

  /** Reads and checks; what may pass by itself is asked again, as long as there is time. */
  read<T>(asked: Asked, schema: z.ZodType<T>): Promise<T> {
    return this.repeat(async () => checked(asked, await this.once(asked), schema));
  }

  /** Repeats what only reads; a failure that would come again is thrown at once. */
  async repeat<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await attempt();
      } catch (error) {
        const pause = pauseAfter(error, tried);
        const room = (this.#deadline - Date.now()) / 1000;
        if (pause === undefined || tried >= this.#access.tries || pause >= room) throw error;
        await sleep(pause * 1000, undefined, { signal: this.#over }).catch(() => {
          throw error;
        });
      }
    }
  }

  /** Writes once: whether an answer that was lost had been obeyed is for the caller to find out. */
  async write<T>(asked: Asked, body: object, schema: z.ZodType<T>): Promise<T> {
    return checked(asked, await this.once(asked, body), schema);
  }

  /** One request, to the API only: a redirect is an answer and not followed, since the token would go along. */
  async once(asked: Asked, body?: object): Promise<Answer> {
    const late = AbortSignal.timeout(this.#access.attemptSeconds * 1000);
    const signal = AbortSignal.any([late, this.#over]);
    const answer = await this.#send(asked, body, signal);
    // A body that was cut off by the deadline reads as an empty one.
    if (signal.aborted) throw failed("late", asked, tooLate);
    if (answer.status >= 400) throw failureOf(asked, answer);
    return answer;
  }

  async #send(asked: Asked, body: object | undefined, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.#octokit.request(`${asked.method} ${asked.path}`, {
        ...(body === undefined ? {} : { data: body }),
        request: { redirect: "manual", signal },
      });
    } catch (error) {
      if (signal.aborted) throw failed("late", asked, tooLate);
      const answer = answerIn(error);
      if (answer !== undefined) throw failureOf(asked, answer);
      throw failed("unreachable", asked, `there was no answer, ${errorText(error)}`);
    }
  }
}

/** The toolkit would write its own warnings into the job's log, past the gateway. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The toolkit's errors carry the answer, if there was one. */
function answerIn(error: unknown): BadAnswer | undefined {
  if (typeof error !== "object" || error === null || !("response" in error)) return undefined;
  return error.response as BadAnswer | undefined;
}

function checked<T>(asked: Asked, answer: Answer, schema: z.ZodType<T>): T {
  if (answer.status >= 300) throw failureOf(asked, answer);
  if (typeof answer.data !== "object" || answer.data === null)
    throw failed("not-json", asked, `${answer.status} with something that is no JSON`);
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join("/") ?? "";
  throw failed(
    "wrong-shape",
    asked,
    `${answer.status} in another shape than expected (${where}: ${issue?.message ?? ""})`,
  );
}

/** How long to wait before a read is repeated; undefined when it would be answered the same again. */
function pauseAfter(error: unknown, tried: number): number | undefined {
  if (!(error instanceof GithubError)) return undefined;
  switch (error.kind) {
    case "server-error":
    case "unreachable":
    case "late":
    case "not-json":
      return firstPauseSeconds * 2 ** (tried - 1);
    case "rate-limited":
      return error.retryAfterSeconds;
    case "unauthorized":
    case "forbidden":
    case "not-found":
    case "rejected":
    case "redirected":
    case "wrong-shape":
    case "wrong-bytes":
      return undefined;
  }
}
