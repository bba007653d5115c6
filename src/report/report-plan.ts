/** What a report has to know of a plan: the order of things, and what would come next. */
export interface ReportPlan {
  readonly digest: string;
  /** How long writes may be refused in all. */
  readonly downtime?: { readonly budgetSeconds: number } | undefined;
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
  /** What a person can ask when nobody knows how it ended. */
  readonly tells?: readonly ReportTell[];
  /** What it does and how it is checked, as lines that a person reads. */
  readonly describe?: readonly string[];
}

/** A read-only question and where to put it; `${round}` and `<attempt>` stand for what the plan cannot know. */
export interface ReportTell {
  readonly host?: string | undefined;
  readonly at: string;
  readonly line: string;
}
