import type { Evidence } from "../evidence/evidence.ts";
import type { EvidenceDemand } from "../evidence/judge-evidence.ts";
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

/** Whether another environment proved what is demanded; `unasked` when GitHub could not be asked, which is never a yes. */
export type Proof =
  | {
      readonly kind: "proven";
      readonly evidence: Evidence;
      readonly hash: string;
      readonly url: string;
    }
  | { readonly kind: "unproven"; readonly reasons: readonly string[] }
  | { readonly kind: "unasked"; readonly reason: string; readonly next: string };

/** Whoever can ask GitHub for the engine, which does not know it. None of it ever throws. */
export interface Witness {
  protection(environment: string): Promise<Protection>;
  evidence(demand: EvidenceDemand): Promise<Proof>;
  /** Lets nothing that was proven before stand any longer; a note where that could not be said, within seconds. */
  announce(context: string): Promise<readonly Observation[]>;
  /** What is to be journaled of the run's approvals, within seconds; a note where GitHub does not tell. */
  approvals(): Promise<readonly Observation[]>;
}
