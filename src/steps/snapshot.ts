import type { Act, Check, StepContext } from "./context.ts";
import { holds, type Proof } from "./proof.ts";
import type { StepKind } from "./step-kind.ts";
import { onTable, type TablesSpec } from "./tables.ts";

/** Keys and versions of tables, kept under a name on the host that has them. */
export interface SnapshotSpec extends TablesSpec {
  readonly snapshot: string;
  /** What must hold when it is taken: with writes open it would call lost what was never counted. */
  readonly while: Proof | undefined;
}

/** Written beside and renamed when it is whole, so that a snapshot that exists is complete. */
const takeScript = `set -e
mkdir -p "$RP_DIRECTORY"
sh -c "$RP_QUERY" > "$RP_DIRECTORY/$RP_TABLE.unsorted"
LC_ALL=C sort "$RP_DIRECTORY/$RP_TABLE.unsorted" > "$RP_DIRECTORY/$RP_TABLE.new"
rm "$RP_DIRECTORY/$RP_TABLE.unsorted"
sync "$RP_DIRECTORY/$RP_TABLE.new" 2>/dev/null || sync
mv "$RP_DIRECTORY/$RP_TABLE.new" "$RP_DIRECTORY/$RP_TABLE"
wc -l < "$RP_DIRECTORY/$RP_TABLE"`;

const countScript = `if [ -f "$RP_DIRECTORY/$RP_TABLE" ]; then wc -l < "$RP_DIRECTORY/$RP_TABLE"; else echo none; fi`;

/** Where a snapshot lives: with the system that it describes, so that a rollback needs nothing else. */
export function snapshotDirectory(context: StepContext, round: string, name: string): string {
  return `${context.stateDirectory}/snapshots/${round}/${name}`;
}

/** `snapshot`: taken once a round; what a later `loss` counts against. */
export const snapshot: StepKind<SnapshotSpec> = {
  name: "snapshot",
  mutates: true,
  describe: (step) =>
    Object.entries(step.tables).map(([name, on]) => `${name}: ${on.command.line}`),
  check: async (step, context): Promise<Check> => {
    const counts = await each(step, context, countScript);
    if (!counts.ok) return { state: "cannot-tell", detail: counts.reason };
    const values = Object.values(counts.tables);
    if (values.every((value) => value === "none")) return { state: "not-done", detail: "" };
    if (values.includes("none")) return { state: "partial", detail: "some tables were not kept" };
    return { state: "done", detail: sayCounts(counts.tables) };
  },
  intend: (step) =>
    Promise.resolve({
      act: `keep keys and versions of ${Object.keys(step.tables).join(", ")}`,
      resume: {},
    }),
  apply: async (step, context): Promise<Act> => {
    if (step.while !== undefined && !(await holds(step.while, context))) {
      const wanted = Object.entries(step.while.is).map(
        ([name, values]) => `${name} is ${values.join(" or ")}`,
      );
      return {
        outcome: "failed",
        detail: `it may only be taken while ${wanted.join(" and ")}, and that is not so`,
      };
    }
    const counts = await each(step, context, takeScript);
    if (!counts.ok) {
      return { outcome: context.signal.aborted ? "cancelled" : "failed", detail: counts.reason };
    }
    const tables = Object.fromEntries(
      Object.entries(counts.tables).map(([name, count]) => [name, Number(count)]),
    );
    await context.observe(
      { kind: "snapshot", name: step.snapshot, host: step.host, tables },
      step.host,
    );
    return { outcome: "succeeded", detail: sayCounts(counts.tables) };
  },
};

type Counts =
  | { readonly ok: true; readonly tables: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reason: string };

async function each(step: SnapshotSpec, context: StepContext, script: string): Promise<Counts> {
  const tables: Record<string, string> = {};
  for (const [name, on] of Object.entries(step.tables)) {
    const env = { RP_DIRECTORY: snapshotDirectory(context, context.round, step.snapshot) };
    const answer = await onTable(name, on, script, env, context);
    if (!answer.ok) return { ok: false, reason: `${name}: ${answer.reason}` };
    tables[name] = answer.lines.at(-1)?.trim() ?? "none";
  }
  return { ok: true, tables };
}

function sayCounts(tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
