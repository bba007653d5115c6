import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { TransportError } from "../connection.ts";
import type { Connection } from "../connection.ts";
import { readAnswer } from "./answer.ts";
import { attach } from "./attach.ts";
import type { Attachment } from "./attach.ts";
import type {
  Console,
  ConsoleOptions,
  EvaluateOptions,
  Evaluation,
  NodeIdentity,
} from "./console.ts";
import { NodeControl } from "./node-control.ts";
import { askLine, forgetLine, pollLine } from "./protocol.ts";
import type { Token } from "./protocol.ts";
import type { Reply, ShellSession } from "./shell-session.ts";

/** A typed line longer than this would hold up the node's terminal. */
const maxExpression = 64 * 1024;
/** How long the node waits before it says `running`; then it is asked again. */
const waitSeconds = 30;
/** What an answer may take beyond that. */
const graceSeconds = 15;
const maxDamaged = 5;
/** How long leaving the terminal as it was found may take. */
const leaveSeconds = 1.5;

/** Opens a console; the node is attached to when it is first asked, and once for the phase. */
export function openConsole(connection: Connection, options: ConsoleOptions): Console {
  const console = new AttachedConsole(connection, options);
  const control = new NodeControl(connection, options);
  return {
    name: options.name,
    host: options.host,
    state: () => control.state(),
    evaluate: (expression, how = {}) => console.evaluate(expression, how),
    recall: (id, how = {}) => console.recall(id, how),
    forget: (id) => console.forget(id),
    identity: () => console.identity(),
    detach: () => console.detach(),
    start: async (how) => {
      await console.leave();
      return control.start(how);
    },
    stop: async (how) => {
      const identity = await console.identity();
      await console.leave();
      return control.stop(how, identity?.pid);
    },
  };
}

class AttachedConsole {
  readonly #connection: Connection;
  readonly #options: ConsoleOptions;
  #attaching: Promise<Attachment> | undefined;
  /** Aborted when our side is closed, whatever the node's does. */
  #closing = new AbortController();
  readonly #forgetting = new Set<Promise<unknown>>();

  constructor(connection: Connection, options: ConsoleOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async evaluate(expression: string, how: EvaluateOptions): Promise<Evaluation> {
    const refusal = refuse(expression);
    if (refusal !== undefined) return refusal;
    const attachment = await unlessAborted(this.#attached(), how.signal);
    if (attachment.kind === "lost") return { ...attachment, evaluated: "no" };
    if (attachment.kind === "refused") {
      const { reason, next } = attachment;
      return { kind: "refused", reason, next };
    }
    const { session } = attachment;
    const id = how.id === undefined ? `anonymous-${randomUUID()}` : nameOf(how.id);
    const answer = await follow({ session, id, expression, how });
    if (how.id === undefined && answer?.kind !== "running") this.#forgetLater(session, id);
    return answer ?? lost("the node does not know this evaluation any more");
  }

  async recall(id: string, how: EvaluateOptions): Promise<Evaluation | undefined> {
    const attachment = await unlessAborted(this.#attached(), how.signal);
    if (attachment.kind === "lost") return lost(attachment.reason);
    if (attachment.kind === "refused") {
      const { reason, next } = attachment;
      return { kind: "refused", reason, next };
    }
    return follow({ session: attachment.session, id: nameOf(id), expression: undefined, how });
  }

  async forget(id: string): Promise<void> {
    const attachment = await this.#attached();
    if (attachment.kind !== "attached") throw this.#unheard(id, attachment.reason);
    const reply = await forget(attachment.session, nameOf(id));
    if (reply.kind !== "text") throw this.#unheard(id, `its node did not answer (${reply.kind})`);
  }

  async identity(): Promise<NodeIdentity | undefined> {
    const attachment = await this.#attached();
    return attachment.kind === "attached" ? attachment.identity : undefined;
  }

  /** Leaves the terminal where the node lets us in time, and closes our side in any case. */
  async detach(): Promise<void> {
    const closing = this.#closing;
    this.#closing = new AbortController();
    const late = sleep(leaveSeconds * 1000, undefined, { ref: false });
    await Promise.race([this.leave(), late]).finally(() => closing.abort());
  }

  /** Leaves the terminal as it was found, however long the node takes for that. */
  async leave(): Promise<void> {
    const attaching = this.#attaching;
    this.#attaching = undefined;
    const attachment = await attaching;
    if (attachment?.kind !== "attached") return;
    await Promise.all(this.#forgetting);
    await attachment.session.leave();
  }

  /** Nobody waits for an anonymous answer to be dropped, except the detaching that would cut it off. */
  #forgetLater(session: ShellSession, id: string): void {
    const forgotten = forget(session, id).finally(() => this.#forgetting.delete(forgotten));
    this.#forgetting.add(forgotten);
  }

  /** One attachment at a time, made again when the last one has ended. */
  #attached(): Promise<Attachment> {
    const last = this.#attaching ?? Promise.resolve(undefined);
    this.#attaching = last.then((current) =>
      current?.kind === "attached" && current.session.isOpen
        ? current
        : attach(this.#connection, this.#options, this.#closing.signal),
    );
    return this.#attaching;
  }

  #unheard(id: string, why: string): TransportError {
    const { name, host } = this.#options;
    const message = `the console ${name} on ${host} was not told to forget ${id}: ${why}`;
    return new TransportError(
      "lost",
      host,
      message,
      "nothing is lost; the node keeps the answer until it ends",
    );
  }
}

const cancelled: Attachment = {
  kind: "refused",
  reason: "cancelled before it was sent",
  next: "run the phase again",
};

/** Attaching can take long where a node hangs; who cancels does not wait for that. */
async function unlessAborted(
  attaching: Promise<Attachment>,
  signal: AbortSignal | undefined,
): Promise<Attachment> {
  if (signal === undefined) return attaching;
  let stop = (): void => {};
  const aborted = new Promise<Attachment>((resolve) => {
    stop = () => resolve(cancelled);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  const first = await Promise.race([aborted, attaching]);
  signal.removeEventListener("abort", stop);
  return first;
}

function refuse(expression: string): Evaluation | undefined {
  if (expression.length <= maxExpression) return undefined;
  return {
    kind: "refused",
    reason: `an expression of ${expression.length} characters cannot be typed into a console`,
    next: `keep it under ${maxExpression} characters`,
  };
}

/** An id as the protocol allows it; others are known to the node by their hash. */
function nameOf(id: string): string {
  if (/^[\w.:/@-]{1,200}$/.test(id)) return id;
  return `sha256-${createHash("sha256").update(id).digest("hex")}`;
}

function forget(session: ShellSession, id: string): Promise<Reply> {
  return session.request((token) => forgetLine(token, id), graceSeconds);
}

interface Asking {
  readonly session: ShellSession;
  readonly id: string;
  /** What to evaluate; without it the id is only asked for. */
  readonly expression: string | undefined;
  readonly how: EvaluateOptions;
}

/** Sends the expression once, then only asks for its answer; `undefined` for an id that the node does not know. */
async function follow({ session, id, expression, how }: Asking): Promise<Evaluation | undefined> {
  const began = Date.now();
  const seconds = (): number => (Date.now() - began) / 1000;
  const limit = how.timeoutSeconds ?? 60;
  let unsent = expression;
  for (let damaged = 0; damaged <= maxDamaged;) {
    const wait = Math.round(Math.min(Math.max(limit - seconds(), 0), waitSeconds) * 1000);
    const line = lineFor(id, wait, unsent);
    const reply = await session.request(line, wait / 1000 + graceSeconds, how.signal);
    unsent = undefined;
    if (reply.kind === "damaged") damaged += 1;
    else if (reply.kind === "aborted") return { kind: "running", seconds: seconds() };
    else if (reply.kind !== "text") return giveUp(session, reply);
    else {
      const answer = readAnswer(reply.text);
      if (answer === "unknown") return undefined;
      if (answer !== "running") return answer;
      if (seconds() >= limit) return { kind: "running", seconds: seconds() };
    }
  }
  return lost("other output breaks into every answer");
}

function lineFor(id: string, wait: number, expression: string | undefined) {
  return (token: Token): string =>
    expression === undefined ? pollLine(token, id, wait) : askLine(token, id, wait, expression);
}

function giveUp(session: ShellSession, reply: Exclude<Reply, { kind: "text" }>): Evaluation {
  if (reply.kind === "lost") return lost(reply.reason);
  void session.leave(); // the next evaluation attaches anew, which also brings back a lost keeper
  return lost("the node does not answer any more");
}

function lost(reason: string): Evaluation {
  return { kind: "lost", reason, evaluated: "unknown" };
}
