import { matches, parsePattern } from "../erlang/pattern.ts";
import { printTerm } from "../erlang/print.ts";
import { proplist } from "../erlang/proplist.ts";
import type { Term } from "../erlang/term.ts";
import type { Console } from "../transport/console/console.ts";
import { sayEvaluation } from "./say-evaluation.ts";
import type { StepContext } from "./context.ts";
import type { Poll } from "./resources.ts";

/** What the status expression said, by key. */
export type Status =
  | { readonly ok: true; readonly values: ReadonlyMap<string, Term>; readonly text: string }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly gone: boolean;
      /** Nobody answered in time, which says nothing against the job. */
      readonly late: boolean;
    };

/** Asks once how an asynchronous job stands. `gone` says that the console answered, but nobody is there to ask. */
export async function readStatus(
  console: Console,
  poll: Poll,
  context: StepContext,
): Promise<Status> {
  const answer = await console.evaluate(poll.status, {
    timeoutSeconds: 90,
    signal: context.signal,
  });
  if (answer.kind !== "value") {
    const late =
      answer.kind === "running" || (answer.kind === "exception" && /\btimeout\b/.test(answer.text));
    const gone = !late && (answer.kind === "exception" || answer.kind === "undefined-function");
    return { ok: false, reason: `${poll.status} ${sayEvaluation(answer)}`, gone, late };
  }
  const values = proplist(answer.term);
  if (values === undefined) {
    return {
      ok: false,
      reason: `${poll.status} gives ${printTerm(answer.term)}, which is not a status`,
      gone: false,
      late: false,
    };
  }
  const text = [...values].map(([key, value]) => `${key} ${printTerm(value)}`).join(", ");
  return { ok: true, values, text };
}

/** True when each named value matches its term pattern; a value that is not there does not match. */
export function statusMatches(
  wanted: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, Term>,
): boolean {
  return Object.entries(wanted).every(([key, pattern]) => {
    const value = values.get(key);
    return value !== undefined && matches(parsePattern(pattern), value) !== undefined;
  });
}

/** A counter of the status as a number; 0 when it is not one. */
export function counter(values: ReadonlyMap<string, Term>, key: string): number {
  const value = values.get(key);
  return value?.type === "integer" ? Number(value.value) : 0;
}
