import type { Observation } from "../journal/event.ts";

/** What GitHub says of an environment, as a record that later phases rely on. */
export type ProtectionProof = Extract<Observation, { kind: "protection" }>;

/** Something that a protected environment must have and lacks, and how to mend it. */
export interface ProtectionProblem {
  readonly problem: string;
  readonly mend: string;
}

/** Whether an environment is protected; `unasked` when GitHub could not be asked, which is never a yes. */
export type Protection =
  | { readonly kind: "protected"; readonly proof: ProtectionProof }
  | { readonly kind: "unprotected"; readonly problems: readonly ProtectionProblem[] }
  | { readonly kind: "unasked"; readonly reason: string; readonly next: string };

/** Whoever can ask GitHub for the engine, which does not know it. Neither ever throws. */
export interface Witness {
  protection(environment: string): Promise<Protection>;
  /** What is to be journaled of the run's approvals, within seconds; a note where GitHub does not tell. */
  approvals(): Promise<readonly Observation[]>;
}
