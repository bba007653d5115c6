import { z } from "zod";
import { type Actor, actor } from "./event.ts";
import { LeaseError } from "./lease-error.ts";

/** Who has, or had, the lease; times are of the clock of the host on which it lies. */
export interface Tenure {
  readonly token: number;
  readonly holder: Actor;
  readonly purpose: string;
  readonly since: string;
  readonly until: string;
  /** Negative when it has expired; the difference is the host's own, so that no other clock matters. */
  readonly remainingSeconds: number;
}

/** What the lease's script said. */
export interface LeaseAnswer {
  readonly word: z.infer<typeof words>;
  readonly tenures: readonly Tenure[];
}

const words = z.enum(["acquired", "refused", "expired", "renewed", "released", "lost", "seen"]);
const holding = z.object({ holder: actor, purpose: z.string() });

/** Reads the script's answer; what is not one means that the lease's files are not what we wrote. */
export function readLeaseAnswer(output: string, file: string): LeaseAnswer {
  const [first = "", ...rest] = output.split("\n").filter((line) => line !== "");
  const [word, now] = first.split(" ");
  if (word === "rubbish") throw rubbish(file.replace(/lease$/, now ?? "lease"));
  const known = words.safeParse(word);
  if (!known.success)
    throw new LeaseError(
      "lost",
      file,
      `no answer that makes sense: "${first}"`,
      "run the phase again",
    );
  // Behind our own lease stands the one that it replaced; a seized one may have been anything.
  const tenures = rest.flatMap((line, index) => {
    const replaced = known.data === "acquired" && index > 0;
    const tenure = readTenure(line, Number(now));
    if (tenure === undefined && !replaced) throw rubbish(file);
    return tenure ?? [];
  });
  return { word: known.data, tenures };
}

/** The holder's part of the lease's line. */
export function writeHolding(holder: Actor, purpose: string): string {
  const json = JSON.stringify({ holder, purpose });
  return json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function readTenure(line: string, now: number): Tenure | undefined {
  const [, token = "", since = "", expires = "", json = ""] =
    /^(\d+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
  const held = readHolding(json);
  if (held === undefined) return undefined;
  const times = { since: iso(since), until: iso(expires), remainingSeconds: Number(expires) - now };
  return { token: Number(token), ...held, ...times };
}

function readHolding(json: string): z.infer<typeof holding> | undefined {
  try {
    return holding.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function iso(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString();
}

function rubbish(file: string): LeaseError {
  const next =
    "make sure that no run acts on this environment, then move the file away and run the phase again";
  return new LeaseError("rubbish", file, "this is not a lease; nothing was changed", next);
}
