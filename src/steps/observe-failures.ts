import type { StepContext } from "./context.ts";
import type { FailureClass, Failures } from "./failures.ts";
import type { Log } from "./resources.ts";

/** Names that one line of the journal may hold, so that none grows without bound. */
export const namesPerEvent = 2_000;

const samplesKept = 5;

/** Journals failures, long lists of objects in several events. */
export async function observeFailures(
  log: Log,
  failures: Failures,
  context: StepContext,
  present = 0,
): Promise<void> {
  const longest = Math.max(0, ...Object.values(failures.classes).map(lengthOf));
  const parts = Math.max(1, Math.ceil(longest / namesPerEvent));
  for (let part = 0; part < parts; part += 1) {
    await context.observe({
      kind: "failures",
      log: log.name,
      classes: partOf(failures, part),
      unclassified: part === 0 ? failures.unclassified : 0,
      samples: part === 0 ? failures.samples.slice(0, samplesKept) : [],
      ...(part === 0 && failures.gap ? { gap: true } : {}),
      ...(part === 0 && present > 0 ? { present } : {}),
    });
  }
}

function lengthOf({ objects, nameless }: FailureClass): number {
  return Math.max(objects.length, nameless.length);
}

/** Counts stand in the first part only; a class that has no more names is in no further one. */
function partOf({ classes }: Failures, part: number): Record<string, FailureClass> {
  const from = part * namesPerEvent;
  const found = Object.entries(classes).flatMap(([name, all]) => {
    if (part > 0 && lengthOf(all) <= from) return [];
    const lists = {
      objects: all.objects.slice(from, from + namesPerEvent),
      causes: all.causes.slice(from, from + namesPerEvent),
      refers: all.refers.slice(from, from + namesPerEvent),
      nameless: all.nameless.slice(from, from + namesPerEvent),
    };
    const rest = { count: 0, reasons: {}, samples: [] };
    return [[name, part === 0 ? { ...all, ...lists } : { ...rest, ...lists }] as const];
  });
  return Object.fromEntries(found);
}
