import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Event } from "../journal/event.ts";
import { failedObjects } from "../report/failed-objects.ts";
import { maskEvents } from "../report/mask.ts";
import { proposeBaseline, proposedYaml } from "../report/proposed-baseline.ts";

/** Writes what belongs to a verdict and is too long for a summary: every name, and a baseline that would know them. */
export async function writeVerdictFiles(
  events: readonly Event[],
  phase: string,
  folder: string,
  secrets: readonly string[],
): Promise<void> {
  const last = events.at(-1);
  const round = maskEvents(
    events.filter((event) => event.round === last?.round),
    secrets,
  );
  const objects = failedObjects(round, phase);
  if (objects !== undefined)
    await writeFile(join(folder, "failures.json"), `${JSON.stringify(objects, null, 2)}\n`);
  const given = round.some(({ body, place }) => body.type === "verdict" && place.phase === phase);
  const proposed = given ? proposeBaseline(round) : undefined;
  if (proposed !== undefined)
    await writeFile(join(folder, "known-failures.proposed.yml"), proposedYaml(proposed));
}
