import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { nearest } from "../../src/config/nearest.ts";
import { NotAsPromised, type Fault } from "../faults/fault.ts";
import { faults } from "../faults/index.ts";
import { playFault } from "../faults/play.ts";
import type { Interruption } from "./interruption.ts";
import { UsageError, type RehearsalOptions } from "./options.ts";
import { writePage } from "./write-page.ts";

/** One line per fault: its name and the end that it must have. */
export function listFaults(): string {
  const width = Math.max(...faults.map(({ name }) => name.length));
  return faults.map(({ name, end }) => `${name.padEnd(width)}  ${end}`).join("\n");
}

/** The fault of that name; a wrong name is answered with the nearest one. */
export function findFault(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault !== undefined) return fault;
  const meant = nearest(
    name,
    faults.map((one) => one.name),
  );
  const suggestion = meant === undefined ? "" : `; did you mean ${meant}?`;
  throw new UsageError(`--fault: there is no fault ${name}${suggestion} --list-faults names all`);
}

/** Injects one fault, goes on as a person would, and says whether what was promised came true. */
export async function rehearseFault(
  fault: Fault,
  { world, mover, environment }: RehearsalOptions,
  out: string,
  interruption: Interruption,
  say: (line: string) => void,
): Promise<number> {
  say(`Fault ${fault.name} in the ${world} world: ${fault.title}`);
  say(`Promised: ${fault.end}`);
  const problem = await playFault(fault, {
    world,
    out,
    moverVersion: mover,
    environment,
    say,
    show: (text) => void process.stdout.write(text),
    signal: interruption.signal,
  }).catch((error: unknown) => error);
  if (interruption.status !== undefined) return interruption.status;
  if (problem !== undefined && !(problem instanceof NotAsPromised)) throw problem;
  const { name, title, end } = fault;
  const cameTrue = problem === undefined;
  // A disturbed run proves nothing for another environment; this says what it was for.
  const found = { fault: { name, title, end, world, cameTrue } };
  writeFileSync(join(out, "evidence.json"), `${JSON.stringify(found, undefined, 2)}\n`);
  writePage(out);
  say("\n━━ Result ━━");
  if (problem !== undefined) say(`It did not come out as promised: ${problem.message}`);
  else say(`What was promised came true: ${end}`);
  say(`Results are in ${out}`);
  return cameTrue ? 0 : 1;
}
