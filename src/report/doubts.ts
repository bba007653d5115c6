import type { Doubt } from "../journal/replay.ts";
import type { ReportPlan } from "./report-plan.ts";
import { formatInstant } from "./format.ts";
import { nameOf } from "./rule.ts";
import { tellLines } from "./tell-lines.ts";

/** What is known of each step in doubt, as lines for a person who is to find out how it ended. */
export function doubtLines(doubts: readonly Doubt[], plan: ReportPlan): readonly string[] {
  return doubts.flatMap((doubt) => [...linesOf(doubt, plan), ""]).slice(0, -1);
}

function linesOf(doubt: Doubt, plan: ReportPlan): readonly string[] {
  const { phase, step, host, round, inFlight, lastCheck, lastDetail } = doubt;
  const planned = plan.phases.find(({ id }) => id === phase)?.steps.find(({ id }) => id === step);
  const { by, run, url } = inFlight.actor;
  const where = url === "" ? "" : ` (${url})`;
  const tells = tellLines(planned?.tells ?? [], [{ host, attempt: inFlight.id }], round);
  return [
    `${nameOf({ phase, step, host })}${planned === undefined ? "" : `: ${planned.title}`}`,
    ...indented(`sent, or about to be: ${inFlight.act}`),
    `  when: ${formatInstant(inFlight.intendedAt)}, attempt ${inFlight.attempt} in round ${round}`,
    `  by: ${by}, run ${run}${where}`,
    ...(lastDetail === undefined ? [] : indented(`its end: ${lastDetail}`)),
    ...indented(`its check: ${sayCheck(lastCheck)}`),
    ...(tells.length === 0
      ? ["  no command is known that would tell"]
      : ["  these tell, and change nothing:", ...tells.flatMap((line) => indented(line, "    "))]),
  ];
}

/** What was sent and is not in doubt either: nobody has asked yet how it ended. */
export function flyingLines(flying: readonly Doubt[]): readonly string[] {
  return flying.map(
    (one) =>
      `${nameOf(one)} was sent ${formatInstant(one.inFlight.intendedAt)} by run ${one.inFlight.actor.run} and has no end yet: it runs, or re-run phase ${one.phase}, which follows it`,
  );
}

function sayCheck(check: Doubt["lastCheck"]): string {
  if (check === undefined) return "it was not asked, or there is none";
  return `${check.state}${check.detail === "" ? "" : `: ${check.detail}`}`;
}

function indented(text: string, by = "  "): readonly string[] {
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
