import { z } from "zod";

/** How long a step took, and how many objects it handled in that time where it counts any. */
export const stepTiming = z.strictObject({
  seconds: z.number().nonnegative(),
  objects: z.number().int().nonnegative().optional(),
  perSecond: z.number().nonnegative().optional(),
});
export type StepTiming = z.infer<typeof stepTiming>;

/** How long a round's parts took: what evidence carries, and what another round's estimates are made of. */
export const roundTimings = z.strictObject({
  downtimeSeconds: z.number().nonnegative().optional(),
  /** Phase to seconds. */
  phases: z.record(z.string(), z.number().nonnegative()),
  /** `phase/step` to what it took. */
  steps: z.record(z.string(), stepTiming),
});
export type RoundTimings = z.infer<typeof roundTimings>;

/** Where the downtime stood when a job was asked, and how long it is expected to be in all. */
export const downtimeProjection = z.strictObject({
  elapsedSeconds: z.number(),
  budgetSeconds: z.number(),
  expectedSeconds: z.number(),
  /** Jobs before the reopening of which nothing tells how long they take: they count as nothing. */
  unknownJobs: z.array(z.string()),
});
export type DowntimeProjection = z.infer<typeof downtimeProjection>;
