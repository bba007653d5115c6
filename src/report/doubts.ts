import type { Actor } from "../journal/event.ts";
import type { Doubt } from "../journal/replay.ts";
import type { ReportPlan } from "./report-plan.ts";
import { formatInstant } from "./format.ts";
import { nameOf } from "./rule.ts";
import { tellLines } from "./tell-lines.ts";

/** What is known of a step in doubt, for a page as for a program. */
export interface ToldDoubt {
  readonly name: string;
  readonly title: string | null;
  readonly act: string;
  readonly since: string;
  readonly attempt: number;
  readonly round: string;
  readonly sentBy: Actor;
  /** How its end was written. */
  readonly end: string | null;
  readonly check: { readonly state: string; readonly detail: string } | null;
  /** Read-only commands that would tell, below where they are typed. */
  readonly tells: readonly string[];
}

/** What is known of each step in doubt, as lines for a person who is to find out how it ended. */
export function doubtLines(doubts: readonly Doubt[], plan: ReportPlan): readonly string[] {
  return doubts.flatMap((doubt) => [...toldDoubtLines(tellDoubt(doubt, plan)), ""]).slice(0, -1);
}

/** Reads a doubt from the journal's state, with what the plan knows to ask. */
export function tellDoubt(doubt: Doubt, plan: ReportPlan): ToldDoubt {
  const { phase, step, host, round, inFlight, lastCheck, lastDetail } = doubt;
  const { act, intendedAt, attempt, actor, id: attemptId } = inFlight;
  const planned = plan.phases.find(({ id }) => id === phase)?.steps.find(({ id }) => id === step);
  return {
    name: nameOf({ phase, step, host }),
    title: planned?.title ?? null,
    act: act.trimEnd(),
    since: intendedAt,
    attempt,
    round,
    sentBy: actor,
    end: lastDetail ?? null,
    check: lastCheck ?? null,
    tells: tellLines(planned?.tells ?? [], [{ host, attempt: attemptId }], round),
  };
}

/** The same as lines. */
export function toldDoubtLines(told: ToldDoubt): readonly string[] {
  const { name, title, end, check, tells } = told;
  return [
    `${name}${title === null ? "" : `: ${title}`}`,
    ...sentLines(told),
    ...(end === null ? [] : indented(`its end: ${end}`)),
    ...indented(`its check: ${sayCheck(check)}`),
    ...(tells.length === 0
      ? ["  no command is known that would tell"]
      : ["  these tell, and change nothing:", ...tells.flatMap((line) => indented(line, "    "))]),
  ];
}

/** What was sent, when and by whom. */
export function sentLines(
  told: Pick<ToldDoubt, "act" | "since" | "attempt" | "round" | "sentBy">,
): readonly string[] {
  const { act, since, attempt, round, sentBy } = told;
  const where = sentBy.url === "" ? "" : ` (${sentBy.url})`;
  return [
    ...indented(`sent, or about to be: ${act}`),
    `  when: ${formatInstant(since)}, attempt ${attempt} in round ${round}`,
    `  by: ${sentBy.by}, run ${sentBy.run}${where}`,
  ];
}

/** What was sent and is not in doubt either: nobody has asked yet how it ended. */
export function flyingLines(flying: readonly Doubt[]): readonly string[] {
  return flying.map(
    (one) =>
      `${nameOf(one)} was sent ${formatInstant(one.inFlight.intendedAt)} by run ${one.inFlight.actor.run} and has no end yet: it runs, or re-run phase ${one.phase}, which follows it`,
  );
}

function sayCheck(check: ToldDoubt["check"]): string {
  if (check === null) return "it was not asked, or there is none";
  return `${check.state}${check.detail === "" ? "" : `: ${check.detail}`}`;
}

/** A text of several lines, so that it stands out as one. */
export function indented(text: string, by = "  "): readonly string[] {
  const [first = "", ...rest] = text.split("\n");
  return [`${by}${first}`, ...rest.map((line) => `${by}  ${line}`)];
}

/** What a ruling does, in the words of the engine that will follow it. */
export function meaningLines(
  ruling: "done" | "not-done",
  doubts: readonly Doubt[],
): readonly string[] {
  return doubts.map((doubt) => {
    const next = doubt.inFlight.attempt + 1;
    const effect =
      ruling === "done"
        ? "it counts as done, is not sent again, and the phase goes on behind it"
        : `it is sent again, as attempt ${next}`;
    return `ruled ${ruling}: where the check of ${nameOf(doubt)} still cannot tell, ${effect}`;
  });
}
