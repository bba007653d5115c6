import type { FailureRule, StepContext } from "./context.ts";
import { LogReader, type LogPosition } from "./log-reader.ts";
import type { Log } from "./resources.ts";

/** Failures of one class: how many, of which objects, and the first few lines. */
export interface FailureClass {
  count: number;
  readonly objects: string[];
  readonly reasons: Record<string, number>;
  readonly samples: string[];
}

export interface Failures {
  readonly classes: Record<string, FailureClass>;
  /** Errors that no rule knows. */
  unclassified: number;
  readonly samples: string[];
  /** True when a part of the log was rotated away before it could be read. */
  readonly gap: boolean;
}

const samplesKept = 5;
const sampleLength = 400;
/** An entry's continuation lines say little after the first few; a stack trace may be endless. */
const entryLength = 8_192;

/** Sorts a log's entries into the runbook's failure classes; lines that start no entry belong to the one before. */
export class FailureClassifier {
  readonly #entry: RegExp;
  readonly #rules: readonly CompiledRule[];
  readonly #classes: Record<string, FailureClass> = {};
  #unclassified = 0;
  readonly #samples: string[] = [];
  #open: { level: string; message: string } | undefined;

  constructor(entry: string, rules: readonly FailureRule[]) {
    this.#entry = new RegExp(entry);
    this.#rules = rules.map(compile);
  }

  line(line: string): void {
    const groups = this.#entry.exec(line)?.groups;
    if (groups === undefined) {
      if (this.#open !== undefined && this.#open.message.length < entryLength)
        this.#open.message += `\n${line}`;
      return;
    }
    this.#close();
    this.#open = { level: groups["level"] ?? "", message: groups["message"] ?? line };
  }

  end(gap: boolean): Failures {
    this.#close();
    return {
      classes: this.#classes,
      unclassified: this.#unclassified,
      samples: this.#samples,
      gap,
    };
  }

  #close(): void {
    const entry = this.#open;
    this.#open = undefined;
    if (entry === undefined) return;
    for (const rule of this.#rules) {
      if (rule.level !== undefined && rule.level !== entry.level) continue;
      const match = rule.match.exec(entry.message);
      if (match !== null) return this.#count(rule, match, entry.message);
    }
    if (entry.level !== "error" && entry.level !== "critical") return;
    this.#unclassified += 1;
    if (this.#samples.length < samplesKept)
      this.#samples.push(entry.message.slice(0, sampleLength));
  }

  #count(rule: CompiledRule, match: RegExpExecArray, message: string): void {
    const found = (this.#classes[rule.class] ??= {
      count: 0,
      objects: [],
      reasons: {},
      samples: [],
    });
    found.count += 1;
    const object = objectOf(rule, match);
    if (object !== undefined) found.objects.push(object);
    const reason = rule.reason?.exec(message);
    const why = (reason?.[1] ?? reason?.[0] ?? "").slice(0, 120);
    if (why !== "") found.reasons[why] = (found.reasons[why] ?? 0) + 1;
    if (found.samples.length < samplesKept) found.samples.push(message.slice(0, sampleLength));
  }
}

interface CompiledRule {
  readonly class: string;
  readonly level: string | undefined;
  readonly match: RegExp;
  readonly reason: RegExp | undefined;
  readonly object: string | undefined;
}

function compile(rule: FailureRule): CompiledRule {
  return {
    class: rule.class,
    level: rule.level,
    match: new RegExp(rule.match, "s"),
    reason: rule.reason === undefined ? undefined : new RegExp(rule.reason, "s"),
    object: rule.object,
  };
}

function objectOf(rule: CompiledRule, match: RegExpExecArray): string | undefined {
  if (rule.object === undefined) return match.groups?.["object"];
  return rule.object.replace(/\$\{(\w+)\}/g, (_, name: string) => match.groups?.[name] ?? "");
}

/** Name of the class for errors that no rule of the runbook recognises. */
export const unclassified = "unclassified";

/** Reads and sorts what a log gets from a position on; asked now and then, so that nothing is rotated away unread. */
export class FailureReader {
  readonly #reader: LogReader;
  readonly #log: Log;
  readonly #rules: readonly FailureRule[];
  readonly #classifiers = new Map<string, FailureClassifier>();

  constructor(log: Log, from: LogPosition, context: StepContext) {
    this.#reader = new LogReader(log, context, from);
    this.#log = log;
    this.#rules = context.failureRules;
  }

  async read(): Promise<void> {
    await this.#reader.readNew((line, host) => this.#classifier(host).line(line));
  }

  async end(): Promise<Failures> {
    await this.read();
    const gap = this.#reader.vanished.size > 0;
    const all = [...this.#classifiers.values()].map((classifier) => classifier.end(gap));
    return gap ? withGap(merge(all, gap), this.#log.name) : merge(all, gap);
  }

  #classifier(host: string): FailureClassifier {
    const known = this.#classifiers.get(host);
    if (known !== undefined) return known;
    const classifier = new FailureClassifier(this.#log.entry, this.#rules);
    this.#classifiers.set(host, classifier);
    return classifier;
  }
}

/** What was rotated away unread may have held anything, so it counts as an unknown failure. */
function withGap(failures: Failures, log: string): Failures {
  failures.unclassified += 1;
  failures.samples.unshift(`a part of log ${log} was rotated away before it was read`);
  return failures;
}

function merge(all: readonly Failures[], gap: boolean): Failures {
  const merged: Failures = { classes: {}, unclassified: 0, samples: [], gap };
  for (const failures of all) {
    merged.unclassified += failures.unclassified;
    merged.samples.push(...failures.samples);
    for (const [name, one] of Object.entries(failures.classes)) {
      const into = (merged.classes[name] ??= { count: 0, objects: [], reasons: {}, samples: [] });
      into.count += one.count;
      for (const object of one.objects) into.objects.push(object);
      for (const [reason, count] of Object.entries(one.reasons))
        into.reasons[reason] = (into.reasons[reason] ?? 0) + count;
      into.samples.push(...one.samples);
    }
  }
  return merged;
}

const objectsPerEvent = 2_000;

/** Journals failures, long lists of objects in several events, so that no line grows without bound. */
export async function observeFailures(
  log: Log,
  failures: Failures,
  context: StepContext,
): Promise<void> {
  const names = Object.keys(failures.classes);
  let part = 0;
  let more = true;
  while (more) {
    more = false;
    const classes: Record<string, FailureClass> = {};
    for (const name of names) {
      const all = failures.classes[name];
      if (all === undefined) continue;
      const objects = all.objects.slice(part * objectsPerEvent, (part + 1) * objectsPerEvent);
      if (part > 0 && objects.length === 0) continue;
      if (all.objects.length > (part + 1) * objectsPerEvent) more = true;
      classes[name] =
        part === 0 ? { ...all, objects } : { count: 0, objects, reasons: {}, samples: [] };
    }
    await context.observe({
      kind: "failures",
      log: log.name,
      classes,
      unclassified: part === 0 ? failures.unclassified : 0,
      samples: part === 0 ? failures.samples.slice(0, samplesKept) : [],
    });
    part += 1;
  }
}
