import type { Observation } from "../journal/event.ts";
import type { Act, StepContext } from "./context.ts";
import { holds, type Proof } from "./proof.ts";
import { snapshotDirectory } from "./snapshot.ts";
import type { StepKind } from "./step-kind.ts";
import { onTable, type TablesSpec } from "./tables.ts";

/** What would be lost: changes since a snapshot, or all rows. */
export interface LossSpec extends TablesSpec {
  readonly of:
    | {
        readonly kind: "since";
        readonly snapshot: string;
        /** While this holds nothing is served from there, so nothing more is lost. */
        readonly unless: Proof | undefined;
        /** What proves that nothing was lost where no snapshot was ever taken. */
        readonly withoutSnapshot: Proof | undefined;
      }
    | { readonly kind: "rows"; readonly onlyProtected: boolean };
}

type TableLoss = { inserted: number; updated: number; deleted: number };

/** Where the round is not known, its snapshot is the latest there is: names of rounds sort by time. */
const sinceScript = `set -e
if [ -n "$RP_LATEST" ]; then
  IFS=
  for each in $RP_LATEST; do RP_DIRECTORY=$each; done
fi
if [ ! -f "$RP_DIRECTORY/$RP_TABLE" ]; then echo none; exit; fi
now=$(mktemp)
trap 'rm -f "$now" "$now.sorted"' EXIT
sh -c "$RP_QUERY" > "$now"
LC_ALL=C sort "$now" > "$now.sorted"
awk -F '|' '
  FILENAME == ARGV[1] { before[$1] = $2; next }
  !($1 in before) { inserted++; next }
  { if (before[$1] "" != $2 "") updated++; delete before[$1] }
  END { for (key in before) deleted++; print inserted + 0, updated + 0, deleted + 0 }
' "$RP_DIRECTORY/$RP_TABLE" "$now.sorted"`;

const rowsScript = `set -e
now=$(mktemp)
trap 'rm -f "$now"' EXIT
sh -c "$RP_QUERY" > "$now"
echo 0 0 "$(wc -l < "$now")"`;

/** `loss`: counts, shows per table, and asks for `accept-data-loss` of at least that number. */
export const loss: StepKind<LossSpec> = {
  name: "loss",
  mutates: false,
  describe: (step) => [
    step.of.kind === "since"
      ? `count what changed since snapshot ${step.of.snapshot}`
      : "count the rows that would be deleted",
    "refused unless accept-data-loss is at least that number",
  ],
  apply: async (step, context): Promise<Act> => {
    if (step.of.kind === "rows" && step.of.onlyProtected && !context.protectedEnvironment) {
      return {
        outcome: "succeeded",
        detail: "the environment is not protected, so nothing is asked",
      };
    }
    if (step.of.kind === "since" && (await holds(step.of.unless, context))) {
      return {
        outcome: "succeeded",
        detail: "nothing is served from there, so nothing more is lost",
      };
    }
    // Where the journal cannot be asked, only a missing snapshot says that it never came to reopening.
    if (!context.withoutJournal && (await neverReopened(step, context))) return notReopened;
    const counted = await count(step, context);
    if (counted.ok === "no-snapshot" && (await neverReopened(step, context))) return notReopened;
    if (counted.ok !== true) {
      return {
        outcome: "not-met",
        detail: `what would be lost cannot be counted: ${counted.reason}`,
        next: "make the count possible (database up, snapshot readable), then dispatch this again",
      };
    }
    return judgeLoss(counted.tables, context);
  },
};

/** By the journal nothing was opened, and what serves says the same: then no database has to be asked. */
async function neverReopened({ of }: LossSpec, context: StepContext): Promise<boolean> {
  if (of.kind !== "since" || context.passedPointOfNoReturn()) return false;
  return holds(of.withoutSnapshot, context);
}

const notReopened: Act = {
  outcome: "succeeded",
  detail: "this round has not reopened, so nothing was written",
};

async function judgeLoss(
  tables: Readonly<Record<string, TableLoss>>,
  context: StepContext,
): Promise<Act> {
  const total = Object.values(tables).reduce(
    (sum, one) => sum + one.inserted + one.updated + one.deleted,
    0,
  );
  const accepted = context.inputs.acceptDataLoss ?? 0;
  const observation: Observation = { kind: "loss", tables: { ...tables }, total, accepted };
  await context.observe(observation);
  const shown = Object.entries(tables)
    .filter(([, one]) => one.inserted + one.updated + one.deleted > 0)
    .map(
      ([name, one]) =>
        `${name}: ${one.inserted} inserted, ${one.updated} updated, ${one.deleted} deleted`,
    );
  if (total === 0) return { outcome: "succeeded", detail: "nothing would be lost" };
  if (accepted >= total)
    return { outcome: "succeeded", detail: `${total} accepted (${shown.join("; ")})` };
  return {
    outcome: "not-met",
    detail: `${total} would be lost (${shown.join("; ")}), accepted are ${accepted}`,
    weighed: true,
    next: `dispatch this again with accept-data-loss ${total} if that is what you want`,
  };
}

type Counted =
  | { readonly ok: true; readonly tables: Readonly<Record<string, TableLoss>> }
  | { readonly ok: false | "no-snapshot"; readonly reason: string };

async function count(step: LossSpec, context: StepContext): Promise<Counted> {
  const script = step.of.kind === "since" ? sinceScript : rowsScript;
  const env = whereSnapshotIs(step, context);
  const tables: Record<string, TableLoss> = {};
  let without = 0;
  for (const [name, on] of Object.entries(step.tables)) {
    const answer = await onTable(name, on, script, env, context);
    if (!answer.ok) return { ok: false, reason: `${name}: ${answer.reason}` };
    const line = answer.lines.at(-1)?.trim() ?? "";
    if (line === "none") {
      without += 1;
      continue;
    }
    const [inserted, updated, deleted] = line.split(" ").map(Number);
    if (
      inserted === undefined ||
      updated === undefined ||
      deleted === undefined ||
      Number.isNaN(inserted + updated + deleted)
    ) {
      return { ok: false, reason: `${name}: the count gave ${JSON.stringify(line.slice(0, 100))}` };
    }
    tables[name] = { inserted, updated, deleted };
  }
  if (without === 0 || step.of.kind === "rows") return { ok: true, tables };
  // Only some of it cannot be trusted; none of it is right only where something else proves so.
  if (without < Object.keys(step.tables).length) {
    return { ok: false, reason: "the snapshot is not whole" };
  }
  return {
    ok: "no-snapshot",
    reason: `this round has no snapshot ${step.of.snapshot}, and nothing proves that nothing was written since`,
  };
}

function whereSnapshotIs(
  { of }: LossSpec,
  context: StepContext,
): Readonly<Record<"RP_DIRECTORY" | "RP_LATEST", string>> {
  if (of.kind === "rows") return { RP_DIRECTORY: "", RP_LATEST: "" };
  return {
    RP_DIRECTORY: snapshotDirectory(context, context.round, of.snapshot),
    RP_LATEST: context.withoutJournal ? snapshotDirectory(context, "*", of.snapshot) : "",
  };
}
