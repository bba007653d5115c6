import { formatDuration } from "../report/format.ts";
import { code, list, md, page, paragraph, table } from "../report/markdown.ts";
import type { Evidence } from "./evidence.ts";

const pageBytes = 200_000;

/** What a run proved, as its last job's summary says it: the verdict of the evidence first. */
export function evidenceMarkdown(evidence: Evidence, context: string): string {
  const { proven, environment, why, phases, downtimeSeconds, approvals, skipped = [] } = evidence;
  const what = `${evidence.of} of ${md(evidence.runbook)} in ${md(environment)}`;
  return page(
    [
      paragraph(proven ? `## ✅ Proven: ${what}` : `## ⚠️ Proves nothing: ${what}`),
      ...(why.length === 0 ? [] : [list(why.map((reason) => md(reason)))]),
      table(
        ["Phase", "Outcome", "Attempts", "Took"],
        phases.map(({ phase, outcome, attempts, seconds }) => [
          md(phase),
          outcome ?? "not started",
          String(attempts),
          formatDuration(seconds),
        ]),
      ),
      list([
        `Downtime: ${formatDuration(downtimeSeconds)}`,
        ...skipped.map(({ step, reason }) => `Skipped: ${code(step)} (${md(reason)})`),
        `Runbook digest ${code(evidence.runbookDigest)}`,
        `Commit status ${code(context)}, which names the hash of ${code("evidence.json")}`,
        ...approvals.map((approval) => `Approval of this run: ${md(approval)}`),
      ]),
    ],
    pageBytes,
  );
}
