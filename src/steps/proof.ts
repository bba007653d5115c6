import type { StepContext } from "./context.ts";
import { readNames } from "./read-names.ts";

/** A reading and the values that prove something. */
export interface Proof {
  readonly reading: string;
  readonly is: Readonly<Record<string, readonly string[]>>;
}

/** Whether it is so now; what cannot be read proves nothing. */
export async function holds(proof: Proof | undefined, context: StepContext): Promise<boolean> {
  if (proof === undefined) return false;
  const read = await readNames(proof.reading, context);
  if (!read.ok) return false;
  return Object.entries(proof.is).every(([name, wanted]) =>
    wanted.includes(read.values[name] ?? ""),
  );
}
