import { fillCaptured, capturedIn } from "../config/captured.ts";
import { pointerKeys } from "../config/json-pointer.ts";
import type { ProbeAnswer } from "../journal/event.ts";
import { late } from "./late.ts";
import type { Act, Attempt, Check, StepContext } from "./context.ts";
import { saySigned, send, whyUnsigned, type HttpAnswer, type HttpRequest } from "./http.ts";
import type { StepKind } from "./step-kind.ts";

/** What an answer gives to later requests: a text of its JSON, or the part of it that matches. */
interface Capture {
  readonly at: string;
  readonly match?: string;
}

/** One request with the answers that are right, and what it gives to later ones. */
export interface ExerciseRequest extends HttpRequest {
  readonly statuses: readonly number[];
  readonly capture: Readonly<Record<string, Capture>>;
}

export interface ExerciseSpec {
  readonly host: string;
  /** Answers 404 before and after. */
  readonly throwAway: HttpRequest;
  readonly requests: readonly ExerciseRequest[];
  /** Sent in any case, so that nothing stays behind. */
  readonly cleanUp: readonly ExerciseRequest[];
}

/** Once cancelled, a request in flight may still be answered, and then what it made be removed: within three seconds in all. */
const answerSeconds = 1.2;
const cleanUpSeconds = 2.6;
const maxBytes = 256 * 1024;

/** `exercise`: signed requests that write, on what is made for it and thrown away; it has passed when nothing of it is left. */
export const exercise: StepKind<ExerciseSpec> = {
  name: "exercise",
  mutates: true,
  describe: (step, resources) => [
    `${step.throwAway.path} must not be there before, and is gone after`,
    ...step.requests.map((one) => say(one, saySigned(one, resources))),
    ...step.cleanUp.map((one) => `in any case ${say(one, saySigned(one, resources))}`),
  ],
  check: async (step, context): Promise<Check> => {
    const seen = await look(step, context, context.signal);
    const { path } = step.throwAway;
    if (seen.state === "unclear") return { state: "cannot-tell", detail: seen.detail };
    if (seen.state === "there") return { state: "partial", detail: `${path} is there` };
    if (!wasPerformed(step, context)) return { state: "not-done", detail: `${path} is not there` };
    return { state: "done", detail: `performed, and nothing is left of ${path}` };
  },
  intend: (step) =>
    Promise.resolve({
      act: `send ${step.requests.length} requests that write on ${step.throwAway.path}, and remove it`,
      resume: {},
    }),
  apply: async (step, context, attempt): Promise<Act> => {
    if (context.protectedEnvironment)
      return {
        outcome: "refused",
        detail: "nothing is exercised in a protected environment",
        next: "give the step `when: { protected: false }`",
      };
    const unsigned = whyUnsigned([step.throwAway, ...step.requests, ...step.cleanUp], context);
    if (unsigned !== undefined) return unsigned;
    const performance = new Performance(step, context);
    const before = await performance.prepare(attempt);
    if (before !== undefined) return before;
    return performance.perform();
  },
};

/** A past performance of this round: the journal says so, or every answer of it is there and right. */
function wasPerformed(step: ExerciseSpec, context: StepContext): boolean {
  if (context.wasDone()) return true;
  const answers = context.probesOf(context.step).filter(({ host }) => host === step.host);
  const whole = step.requests.length + step.cleanUp.length;
  return answers.length >= whole && answers.every(({ ok }) => ok);
}

type Seen =
  | { readonly state: "there" | "gone" }
  | { readonly state: "unclear"; readonly detail: string; readonly next: string | undefined };

/** Whether what is thrown away is there: only the API itself knows. */
async function look(
  { throwAway }: ExerciseSpec,
  context: StepContext,
  signal: AbortSignal,
): Promise<Seen> {
  const answer = await send(throwAway, context, { signal });
  if (answer.status === 200) return { state: "there" };
  if (answer.status === 404) return { state: "gone" };
  return { state: "unclear", detail: sayAnswer(throwAway, answer), next: answer.next };
}

/** Why the requests end before the last of them. */
interface Stopped {
  readonly detail: string;
  readonly next: string | undefined;
  /** It may have reached the API, and nobody knows what became of it. */
  readonly lost: boolean;
}

/** One attempt at an exercise: what it captured and what it was answered. */
class Performance {
  readonly #step: ExerciseSpec;
  readonly #context: StepContext;
  readonly #answers: ProbeAnswer[] = [];
  readonly #captured: Record<string, string> = {};
  readonly #answering: AbortSignal;
  readonly #cleaning: AbortSignal;

  constructor(step: ExerciseSpec, context: StepContext) {
    this.#step = step;
    this.#context = context;
    this.#answering = late(context.signal, answerSeconds);
    this.#cleaning = late(context.signal, cleanUpSeconds);
  }

  /** Begins with nothing there; only what an earlier attempt of this round left may be removed. An act ends the step. */
  async prepare({ number }: Attempt): Promise<Act | undefined> {
    const { path } = this.#step.throwAway;
    const seen = await look(this.#step, this.#context, this.#answering);
    if (seen.state === "gone") return undefined;
    if (seen.state === "unclear")
      return { outcome: "refused", detail: `${seen.detail}; nothing was sent`, ...nextOf(seen) };
    // Of one that was refused nothing was sent.
    if (number === 1 || this.#context.lastOutcome() === "refused")
      return {
        outcome: "refused",
        detail: `${path} is there already, and this round has not made it; nothing was sent`,
        next: `find out whose ${path} is; remove it, or give \`throw-away\` another name`,
      };
    this.#context.say(`${path} is left of an earlier attempt; removing it`);
    await this.#cleanUp();
    const after = await look(this.#step, this.#context, this.#cleaning);
    const next = this.#removeByHand();
    this.#answers.length = 0;
    if (after.state === "gone") return undefined;
    const detail = `${path} is left of an earlier attempt and could not be removed`;
    return { outcome: "failed", detail, next };
  }

  async perform(): Promise<Act> {
    const stopped = await this.#requests();
    const cleaned = await this.#cleanUp(stopped === undefined);
    const left = await look(this.#step, this.#context, this.#cleaning);
    await this.#context.observe({ kind: "probes", answers: this.#answers }, this.#step.host);
    return this.#conclude(stopped ?? cleaned, left);
  }

  async #requests(): Promise<Stopped | undefined> {
    for (const request of this.#step.requests) {
      if (this.#context.signal.aborted)
        return { detail: "cancelled between two requests", next: undefined, lost: false };
      const stopped = await this.#ask(request, this.#answering, request.statuses);
      if (stopped !== undefined) return stopped;
    }
    return undefined;
  }

  /** All of it, whatever came of the others; where something went wrong before, there may be nothing to remove. */
  async #cleanUp(whole = false): Promise<Stopped | undefined> {
    let first: Stopped | undefined;
    for (const request of this.#step.cleanUp) {
      if (capturedIn(`${request.path} ${request.body ?? ""}`).some((one) => !this.#has(one)))
        continue;
      const right = whole ? request.statuses : [...request.statuses, 404];
      const stopped = await this.#ask(request, this.#cleaning, right);
      first ??= stopped;
    }
    // What arrives late of it removes what is to be removed: what is left decides.
    return first && { ...first, lost: false };
  }

  async #ask(
    declared: ExerciseRequest,
    signal: AbortSignal,
    right: readonly number[],
  ): Promise<Stopped | undefined> {
    const request = this.#filled(declared);
    const answer = await send(request, this.#context, { signal, maxBytes });
    const ok = right.includes(answer.status);
    const { host, method, path, endpoint, signed } = request;
    const { status } = answer;
    this.#answers.push({
      host,
      method,
      path,
      endpoint,
      status,
      expected: [...right],
      ok,
      ...(answer.detail === undefined ? {} : { detail: answer.detail }),
      ...(signed === undefined ? {} : { signed }),
    });
    const said = sayAnswer(request, answer);
    const { next } = answer;
    if (!ok)
      return {
        detail: status === 0 ? said : `${said}, wanted ${right.join(" or ")}`,
        next,
        lost: status === 0 && answer.sent && !onlyReads(method),
      };
    const missing = this.#capture(declared.capture, answer.body);
    if (missing === undefined) return undefined;
    return { detail: `${said}, and ${missing}`, next: undefined, lost: false };
  }

  /** Keeps what later requests need; answers whatever of it the answer does not have. */
  #capture(captures: ExerciseRequest["capture"], body: string): string | undefined {
    for (const [name, { at, match }] of Object.entries(captures)) {
      const value = textAt(body, at);
      const found = match === undefined ? value : partOf(value, match);
      if (found === undefined || !/^[A-Za-z0-9_-]{1,200}$/.test(found))
        return `its answer has no ${name} at ${at}: wanted are letters, digits, _ and -`;
      this.#captured[name] = found;
    }
    return undefined;
  }

  #has(name: string): boolean {
    return Object.hasOwn(this.#captured, name);
  }

  #filled(request: ExerciseRequest): ExerciseRequest {
    const { path, body } = request;
    const filled = { ...request, path: fillCaptured(path, this.#captured) };
    return body === undefined ? filled : { ...filled, body: fillCaptured(body, this.#captured) };
  }

  #conclude(stopped: Stopped | undefined, left: Seen): Act {
    const { path } = this.#step.throwAway;
    const what = [stopped?.detail, sayLeft(left, path)].filter((one) => one !== undefined);
    const detail = what.join("; ");
    if (stopped === undefined && left.state === "gone")
      return {
        outcome: "succeeded",
        detail: `${this.#answers.length} answers are right; ${detail}`,
      };
    if (this.#context.signal.aborted) return { outcome: "cancelled", detail };
    if (left.state === "unclear" || stopped?.lost === true)
      return { outcome: "unknown", detail, ...nextOf({ next: stopped?.next ?? this.#again() }) };
    const next = left.state === "there" ? this.#again() : stopped?.next;
    return { outcome: "failed", detail, ...nextOf({ next }) };
  }

  #again(): string {
    return `run this phase again: it removes what is left of ${this.#step.throwAway.path} before it begins`;
  }

  #removeByHand(): string {
    const why = this.#answers.find(({ ok }) => !ok);
    const said = why === undefined ? "" : ` (${why.method} ${why.path} answered ${why.status})`;
    return `remove ${this.#step.throwAway.path} by hand${said}, then run this phase again`;
  }
}

const onlyReads = (method: string): boolean => method === "GET" || method === "HEAD";

const nextOf = ({ next }: { readonly next: string | undefined }): { next?: string } =>
  next === undefined ? {} : { next };

function sayLeft(left: Seen, path: string): string {
  switch (left.state) {
    case "gone":
      return `nothing is left of ${path}`;
    case "there":
      return `${path} is still there`;
    case "unclear":
      return `whether ${path} is left is not known: ${left.detail}`;
  }
}

function say({ method, path, body, statuses, capture }: ExerciseRequest, by: string): string {
  const carried = body === undefined ? "" : ` ${body}`;
  const kept = Object.entries(capture).map(
    ([name, { at }]) => `; {${name}} is what it gives at ${at}`,
  );
  return `${method} ${path}${carried}${by}, must answer ${statuses.join(" or ")}${kept.join("")}`;
}

function sayAnswer({ method, path, host }: HttpRequest, { status, detail }: HttpAnswer): string {
  const why = detail === undefined ? "" : ` (${detail})`;
  return `${method} ${path} on ${host} answers ${status === 0 ? "nothing" : status}${why}`;
}

/** A text or number of a JSON document, by its pointer. What an answer says is never quoted: it may hold keys. */
function textAt(document: string, pointer: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return undefined;
  }
  for (const key of pointerKeys(pointer)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** The first group of a match, or all of it where it has none. */
function partOf(text: string | undefined, pattern: string): string | undefined {
  const match = text === undefined ? null : new RegExp(pattern).exec(text);
  return match?.[1] ?? match?.[0];
}
