import type { Observation } from "../journal/event.ts";
import { formatDuration } from "./format.ts";

type Of<Kind extends Observation["kind"]> = Extract<Observation, { kind: Kind }>;

/** How an environment is protected, in one sentence. */
export function sayProtection({ environment, reviewers, branches }: Of<"protection">): string {
  return `GitHub protects ${environment}: reviewed by ${reviewers.join(", ")}, not by whoever dispatches; from ${branches.join(", ")} only; administrators do not bypass it`;
}

/** An approval in one sentence. */
export function sayApproval({
  state,
  user,
  environments,
  comment,
}: Of<"approvals">["approvals"][number]): string {
  const why = comment === "" ? "" : `: ${comment}`;
  return `the run was ${state} by ${user || "somebody"} for ${environments.join(", ")}${why}`;
}

/** What another environment proved, in one sentence. */
export function sayEvidence({
  of,
  environment,
  url,
  hash,
  endedAt,
  downtimeSeconds,
}: Of<"evidence">): string {
  const clock = of === "chain" ? `, downtime ${formatDuration(downtimeSeconds)}` : "";
  return `${environment} proved this runbook's ${of} at ${endedAt}${clock} (${url}, evidence ${hash.slice(0, 12)})`;
}
