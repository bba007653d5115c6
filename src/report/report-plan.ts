/** What a report has to know of a plan: the order of things, and what would come next. */
export interface ReportPlan {
  readonly digest: string;
  readonly phases: readonly ReportPhase[];
}

export interface ReportPhase {
  readonly id: string;
  readonly title: string;
  /** Set for a phase that is not part of the chain. */
  readonly dispatched?: string | undefined;
  readonly steps: readonly ReportStep[];
}

export interface ReportStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  /** What it does and how it is checked, as lines that a person reads. */
  readonly describe?: readonly string[];
}
