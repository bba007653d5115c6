import { parseTerm } from "../../src/erlang/parse.ts";
import type {
  Console,
  ControlResult,
  EvaluateOptions,
  Evaluation,
  NodeIdentity,
} from "../../src/transport/console/console.ts";

/** What a console says to an expression; the function sees how often this very one was asked before. */
export type Answers = Readonly<Record<string, Answer>>;
export type Answer = Evaluation | string | ((times: number) => Evaluation | string);

/** A console that answers from a list and remembers what it was sent, under which id. */
export class ScriptedConsole implements Console {
  readonly name: string;
  readonly host: string;
  readonly asked: string[] = [];
  /** Only what was sent under an id: what changes something. */
  readonly sent: { readonly expression: string; readonly id: string }[] = [];
  readonly forgotten: string[] = [];
  readonly recalled: string[] = [];
  readonly controlled: string[] = [];
  answers: Answers;
  current: "up" | "down" | "unreachable" = "up";
  node: NodeIdentity | undefined = { pid: "100", startedAt: 1000 };
  startResult: ControlResult = { ok: true, detail: "started" };
  stopResult: ControlResult = { ok: true, detail: "stopped" };
  /** What a start does to the node. */
  onStart: () => void = () => undefined;
  readonly kept = new Map<string, Evaluation>();
  #times = new Map<string, number>();

  constructor(answers: Answers = {}, name = "shell", host = "one") {
    this.answers = answers;
    this.name = name;
    this.host = host;
  }

  state() {
    return Promise.resolve({ state: this.current, detail: `the node is ${this.current}` });
  }

  evaluate(expression: string, { id }: EvaluateOptions = {}): Promise<Evaluation> {
    const known = id === undefined ? undefined : this.kept.get(id);
    if (known !== undefined) return Promise.resolve(known);
    this.asked.push(expression);
    if (id !== undefined) this.sent.push({ expression, id });
    const answer = this.#answer(expression);
    if (id !== undefined) this.kept.set(id, answer);
    return Promise.resolve(answer);
  }

  recall(id: string): Promise<Evaluation | undefined> {
    this.recalled.push(id);
    return Promise.resolve(this.kept.get(id));
  }

  forget(id: string): Promise<void> {
    this.forgotten.push(id);
    this.kept.delete(id);
    return Promise.resolve();
  }

  identity(): Promise<NodeIdentity | undefined> {
    return Promise.resolve(this.node);
  }

  start(): Promise<ControlResult> {
    this.controlled.push("start");
    if (this.startResult.ok) {
      this.current = "up";
      this.onStart();
    }
    return Promise.resolve(this.startResult);
  }

  stop(): Promise<ControlResult> {
    this.controlled.push("stop");
    if (this.stopResult.ok) this.current = "down";
    return Promise.resolve(this.stopResult);
  }

  detach(): Promise<void> {
    return Promise.resolve();
  }

  #answer(expression: string): Evaluation {
    const times = this.#times.get(expression) ?? 0;
    this.#times.set(expression, times + 1);
    const answer = this.answers[expression];
    if (answer === undefined) throw new Error(`the console was asked ${expression}`);
    const now = typeof answer === "function" ? answer(times) : answer;
    return typeof now === "string" ? value(now) : now;
  }
}

/** A term as the console would give it. */
export function value(text: string): Evaluation {
  return { kind: "value", term: parseTerm(text), text };
}

/** An exception, by the reason's text. */
export function raised(reason: string): Evaluation {
  return {
    kind: "exception",
    class: "exit",
    reason: parseTerm(reason),
    text: `exception exit: ${reason}`,
  };
}
