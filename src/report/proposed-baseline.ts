import { stringify } from "yaml";
import type { Event, FailureRow, KnownFailure } from "../journal/event.ts";
import { presentBaseline } from "./baseline.ts";
import { bodiesOf } from "./story.ts";

/** A baseline that would cover the failures of a verdict, and what it cannot cover. */
export interface ProposedBaseline {
  readonly present: readonly KnownFailure[];
  readonly entries: readonly KnownFailure[];
  /** Failures that want something else than an entry. */
  readonly notes: readonly string[];
}

/** Where a person has to write: a loader refuses it as it stands, so that nobody accepts what nobody looked at. */
const why = "TODO: why every one of these is benign, after looking at each in failures.json";
const acceptedBy = "TODO: who looked at them and answers for them";

/** Reasons that an entry may list; with more of them a pattern has to be found by a person. */
const reasonsListed = 20;

/** Proposes a baseline of the latest verdict of a round; undefined when there is none. */
export function proposeBaseline(round: readonly Event[]): ProposedBaseline | undefined {
  const verdict = bodiesOf(round, "verdict").at(-1);
  if (verdict === undefined) return undefined;
  const present = presentBaseline(round) ?? [];
  const occur = verdict.body.failures.filter(({ count }) => count > 0);
  const looked = sayWhere(verdict.event);
  const entries = occur
    .filter((row) => row.class !== unclassified)
    .map((row) => entryFor(row, present, looked));
  return { present, entries, notes: occur.flatMap(noteFor) };
}

/** The class of what no failure rule recognises; a rule is wanted for it, not an entry. */
const unclassified = "unclassified";

function sayWhere({ environment, at, actor }: Event): string {
  return `${environment} on ${at.slice(0, 10)}, run ${actor.url === "" ? actor.run : actor.url}`;
}

/** An entry that covers its failures stays as it is; any other one waits for a person. */
function entryFor(row: FailureRow, present: readonly KnownFailure[], seen: string): KnownFailure {
  const known = present.find((entry) => entry.class === row.class);
  if (known !== undefined && row.problem === undefined) return known;
  const reasons = reasonsFor(row);
  return {
    class: row.class,
    ...(reasons === undefined ? {} : { reasons }),
    why,
    seen,
    allowed: String(row.count),
    acceptedBy,
  };
}

/** The reasons, each as a pattern of exactly itself; undefined where some failures have none, or too many have their own. */
function reasonsFor({ reasons = {}, count }: FailureRow): string[] | undefined {
  const names = Object.keys(reasons);
  const counted = Object.values(reasons).reduce((sum, many) => sum + many, 0);
  if (names.includes("") || names.length === 0 || names.length > reasonsListed || counted < count)
    return undefined;
  return names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).toSorted();
}

function noteFor(row: FailureRow): string[] {
  if (row.class === unclassified)
    return [`${row.count} errors fit no failure rule and are not proposed: write a rule for them`];
  if (reasonsFor(row) === undefined && row.problem !== undefined && row.reasons !== undefined)
    return [`${row.class}: no reasons are listed, since none or too many different ones were read`];
  return [];
}

/** The proposal as the file that it wants to become. */
export function proposedYaml({ entries, notes }: ProposedBaseline): string {
  const head = [
    "Known failures, proposed from a verdict. Look at the objects of each class in failures.json,",
    "write why they are benign and who accepts them, and put it in the place of the present file",
    "by a reviewed change. It is refused as long as TODO stands in it.",
    ...notes,
  ];
  const body = entries.map(({ acceptedBy: by, allowed, ...entry }) => ({
    ...entry,
    allowed: allowed.endsWith("%") ? allowed : Number(allowed),
    ...(by === undefined ? {} : { "accepted-by": by }),
  }));
  return `${head.map((line) => `# ${line.replaceAll(/\s+/g, " ")}\n`).join("")}${stringify(body, { lineWidth: 0 })}`;
}
