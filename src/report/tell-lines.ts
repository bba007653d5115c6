import { groupBy } from "./group-by.ts";
import type { ReportTell } from "./report-plan.ts";

/** A part of a step that is in doubt, with the id under which its last attempt was sent, where that is known. */
export interface DoubtedPlace {
  readonly host: string | undefined;
  readonly attempt: string | undefined;
}

/** The commands that tell of these places, below where they are typed; each stands once. */
export function tellLines(
  tells: readonly ReportTell[],
  places: readonly DoubtedPlace[],
  round: string,
): readonly string[] {
  const bound = places.flatMap(({ host, attempt }) =>
    tells
      .filter((tell) => host === undefined || tell.host === undefined || tell.host === host)
      .map(({ at, line }) => ({ at, line: bind(line, round, attempt) })),
  );
  return [...groupBy(bound, ({ at }) => at)].flatMap(([at, all]) => [
    `${at}:`,
    ...new Set(all.map(({ line }) => line.replaceAll(/^/gm, "  ").trimEnd())),
  ]);
}

function bind(line: string, round: string, attempt: string | undefined): string {
  return line
    .replaceAll("${round}", () => round)
    .replaceAll("<attempt>", () => attempt ?? "<attempt>");
}
