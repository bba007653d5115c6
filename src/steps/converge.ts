import type { Act } from "./context.ts";

/** How a run of Chef's client ended, as its last lines say. */
export interface Converge {
  readonly ok: boolean;
  readonly updated: number;
  readonly total: number | undefined;
  readonly seconds: number | undefined;
}

/**
 * `Chef Client finished, 3/12 resources updated in 04 seconds`; when it failed `Chef Client failed. 3 resources
 * updated in …`. Since version 17 it says `Infra Phase complete` and `Infra Phase failed`; old ones give neither
 * total nor time. Without a terminal it only says so when it is asked to, with `--format doc`.
 */
const ending =
  /\b(?:Client|Infra Phase) (?<word>finished|complete|failed)[.,] (?<updated>\d+)(?:\/(?<total>\d+))? resources updated(?: in (?<time>[\d. a-z]+))?/i;
const unit: Readonly<Record<string, number>> = { hours: 3600, minutes: 60, seconds: 1 };

/** Reads the end of a run from its output; undefined where nothing says how it ended. */
export function readConverge(lines: readonly string[]): Converge | undefined {
  const found = lines.map((line) => ending.exec(line)?.groups).findLast((one) => one !== undefined);
  if (found === undefined) return undefined;
  const { word, updated, total, time } = found;
  return {
    ok: word?.toLowerCase() !== "failed",
    updated: Number(updated),
    total: total === undefined ? undefined : Number(total),
    seconds: time === undefined ? undefined : secondsOf(time),
  };
}

function secondsOf(text: string): number | undefined {
  const parts = [...text.matchAll(/([\d.]+) (hours|minutes|seconds)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, number, name = ""]) => sum + Number(number) * (unit[name] ?? 0), 0);
}

/** What the end of a job means once its output was read as that of Chef's client: its exit status alone proves nothing. */
export function judgeConverge(act: Act, host: string, converge: Converge | undefined): Act {
  if (act.outcome === "succeeded" && converge === undefined)
    return {
      ...act,
      outcome: "failed",
      detail: `${host}: it ended with 0, and nothing in its output says that a run of Chef's client finished`,
      next: "run it with `--format doc`, without which it says how it ended only to a terminal, and see its output in the job directory",
    };
  if (converge === undefined) return act;
  const said = sayConverge(converge);
  if (act.outcome === "succeeded" && !converge.ok)
    return { ...act, outcome: "failed", detail: `${host}: ${said}`, next: repair };
  const detail = [act.detail, act.outcome === "succeeded" ? said : `Chef's client ${said}`];
  return {
    ...act,
    detail: detail.filter((text) => text !== "").join("; "),
    ...(act.outcome === "failed" ? { next: act.next ?? repair } : {}),
  };
}

const repair =
  "repair what its last lines name on the host or in its cookbooks, then run this phase again";

function sayConverge({ ok, updated, total, seconds }: Converge): string {
  const of = total === undefined ? "" : ` of ${total}`;
  const time = seconds === undefined ? "" : ` in ${seconds} s`;
  return `${ok ? "finished" : "failed"}: ${updated}${of} resources updated${time}`;
}
