import type { Fault } from "./fault.ts";
import { runnerFaults } from "./runner.ts";

/** Every fault that a rehearsal can inject, family by family. */
export const faults: readonly Fault[] = [...runnerFaults];
