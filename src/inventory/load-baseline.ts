import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { nearest } from "../config/nearest.ts";
import { throwIfAny } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import type { Source } from "../config/source.ts";
import { baselineSchema } from "./schema.ts";
import type { BaselineEntry } from "./schema.ts";

/** What a runbook knows of failures, to hold known ones against. */
export interface KnownClasses {
  /** Every class that a failure can be of. */
  readonly all: readonly string[];
  /** Those that are counted among objects, so that a share of them means something. */
  readonly counted: readonly string[];
}

const sources = new WeakMap<object, Source>();

/** Loads known failures. With the runbook's failure classes a misspelt one is found here instead of in a verdict. */
export function loadBaseline(file: string, classes?: KnownClasses): readonly BaselineEntry[] {
  const source = loadYaml(file);
  const entries = checkShape(baselineSchema, source);
  throwIfAny([
    ...entries.flatMap((entry, index) => classProblems(entry, entries, index, source, classes)),
    ...entries.flatMap((entry, index) => acceptanceProblems(entry, index, source)),
  ]);
  sources.set(entries, source);
  return entries;
}

/** Entries whose time is over, with their places: nobody should begin with them. */
export function expiredEntries(
  entries: readonly { readonly class: string; readonly expires?: string | undefined }[],
  today: string,
): readonly Problem[] {
  const source = sources.get(entries);
  return entries.flatMap(({ class: name, expires }, index) => {
    if (expires === undefined || expires >= today) return [];
    const message = `the entry for \`${name}\` expired on ${expires}; look at these failures again and give it a new date, or remove it`;
    return [
      source === undefined
        ? { path: `${index}/expires`, message }
        : problemAt(source, [index, "expires"], message),
    ];
  });
}

function classProblems(
  { class: name, allowed }: BaselineEntry,
  entries: readonly BaselineEntry[],
  index: number,
  source: Source,
  classes: KnownClasses | undefined,
): Problem[] {
  const path = [index, "class"];
  if (entries.findIndex((one) => one.class === name) !== index)
    return [problemAt(source, path, `class \`${name}\` stands twice`)];
  if (classes === undefined) return [];
  if (!classes.all.includes(name))
    return [
      problemAt(
        source,
        path,
        `no failure rule has the class \`${name}\``,
        nearest(name, classes.all),
      ),
    ];
  if (typeof allowed === "number" || classes.counted.includes(name)) return [];
  return [
    problemAt(
      source,
      [index, "allowed"],
      `a share needs objects to be a share of, and no reconciliation counts \`${name}\`; write a number`,
    ),
  ];
}

/** What is allowed to be lost has somebody who answers for it. */
function acceptanceProblems(
  { allowed, acceptedBy }: BaselineEntry,
  index: number,
  source: Source,
): Problem[] {
  const some = typeof allowed === "number" ? allowed > 0 : allowed.percent > 0;
  if (!some || acceptedBy !== undefined) return [];
  return [
    problemAt(
      source,
      [index, "allowed"],
      "more than 0 is allowed only with `accepted-by`: who looked at these failures and answers for them",
    ),
  ];
}
