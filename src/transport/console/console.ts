import type { Term } from "../../erlang/term.ts";
import type { TerminalClaim } from "./terminal-claim.ts";

/** How an evaluation ended; every way has its own word, because each asks for something else. */
export type Evaluation =
  | { readonly kind: "value"; readonly term: Term; readonly text: string }
  /** The expression was evaluated and raised. */
  | {
      readonly kind: "exception";
      readonly class: "error" | "exit" | "throw";
      readonly reason: Term;
      readonly text: string;
    }
  /** Module, function or arity does not exist; nothing was evaluated beyond the call. */
  | { readonly kind: "undefined-function"; readonly text: string }
  /** Nothing was evaluated: the text is not Erlang. */
  | { readonly kind: "syntax-error"; readonly text: string }
  /** Nothing was evaluated: the text lacks its final dot. */
  | { readonly kind: "no-final-dot" }
  /** It was evaluated, and the answer is over the limit. */
  | { readonly kind: "too-large"; readonly bytes: number }
  /** Still being evaluated when the time was over; asking again with the same id waits on. */
  | { readonly kind: "running"; readonly seconds: number }
  /** The console, its node or the connection went away. `evaluated` says whether the node can have begun. */
  | { readonly kind: "lost"; readonly reason: string; readonly evaluated: "no" | "unknown" }
  /** Nothing was sent: somebody else is attached, or the console is not running. */
  | { readonly kind: "refused"; readonly reason: string; readonly next: string };

/** What identifies one life of a node: a restart changes it. */
export interface NodeIdentity {
  /** Operating system process of the VM. */
  readonly pid: string;
  /** When the VM started, as it says itself: native start time or wall clock minus uptime, in whole seconds since 1970. */
  readonly startedAt: number;
}

export interface ConsoleOptions {
  readonly name: string;
  readonly host: string;
  readonly directory: string;
  readonly start: string;
  readonly attach: string;
  readonly ping: string;
  readonly stop: string;
  readonly node: string;
  /** How long a started node must go on answering before it counts as started. Default 5. */
  readonly settleSeconds?: number;
  /** With it a terminal that an earlier attempt left behind a dead connection is recognised and hung up. */
  readonly claim?: TerminalClaim;
}

export interface EvaluateOptions {
  /**
   * Names this evaluation in the node. The node keeps the answer under it until `forget`:
   * asking again with the same id never evaluates again. Without it the evaluation is read-only and anonymous.
   */
  readonly id?: string;
  /** How long to wait for the end; default 60. The evaluation itself is never cut short. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** An Erlang console on one host. */
export interface Console {
  readonly name: string;
  readonly host: string;
  /** `up` when ping answers. Never throws: a host that is gone is `unreachable`. */
  state(): Promise<{ readonly state: "up" | "down" | "unreachable"; readonly detail: string }>;
  evaluate(expression: string, options?: EvaluateOptions): Promise<Evaluation>;
  /** Waits on an id and never evaluates: its answer, `running`, or undefined when this life of the node does not know it. */
  recall(id: string, options?: Omit<EvaluateOptions, "id">): Promise<Evaluation | undefined>;
  /** Drops the kept answer of an id, after the journal has it. */
  forget(id: string): Promise<void>;
  identity(): Promise<NodeIdentity | undefined>;
  /** Starts the node and waits until it answers; resolves with what was seen. */
  start(options: ControlOptions): Promise<ControlResult>;
  /** Stops the node and waits until its process is gone. */
  stop(options: ControlOptions): Promise<ControlResult>;
  detach(): Promise<void>;
}

export interface ControlOptions {
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

export interface ControlResult {
  readonly ok: boolean;
  readonly detail: string;
}
