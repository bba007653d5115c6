import { jobText, permissions } from "./job.ts";
import { comment } from "./quote.ts";

/** The last job of what proves something: what the others did, as a file and a commit status. */
export function evidenceJob(others: readonly string[]): string {
  return jobText({
    id: "evidence",
    title: "Evidence",
    comment: comment(
      "Also when a job before it failed or its runner was lost, so that no older success stays the newest. It has no secrets: it reads what the other jobs uploaded, and writes a commit status.",
    ),
    needs: others,
    always: true,
    minutes: 15,
    permissions: permissions("actions: read", "contents: read", "statuses: write"),
    journal: false,
  });
}
