import type { FailureRule, Refers, StepContext } from "./context.ts";
import { compileRule, own, type CompiledRule, type ToldFailure } from "./failure-rules.ts";
import { LogReader, type LogPosition } from "./log-reader.ts";
import type { Log } from "./resources.ts";

/** Failures of one class: how many, of which objects and why, and the first few lines. */
export interface FailureClass {
  count: number;
  readonly objects: string[];
  /** Beside each object its reason, and what it refers to. */
  readonly causes: string[];
  readonly refers: Refers[];
  readonly reasons: Record<string, number>;
  /** Failures without an object's name. */
  readonly nameless: { reason: string; refers?: Refers }[];
  readonly samples: string[];
}

export interface Failures {
  readonly classes: Record<string, FailureClass>;
  /** Errors that no rule knows. */
  unclassified: number;
  readonly samples: string[];
  /** True when a part of the log was rotated away before it could be read, or nothing of it was found. */
  readonly gap: boolean;
}

/** What one host's log said; not readable when none of its lines is what an entry looks like. */
type Sorted = Omit<Failures, "gap"> & { readonly readable: boolean };

const samplesKept = 5;
const sampleLength = 400;
/** An entry's continuation lines say little after the first few; a stack trace may be endless. */
const entryLength = 8_192;
/** So many lines without a single entry are of another format than the one that is declared. */
const unreadableLines = 20;
/** Reasons that are told apart within a class: one that holds an object's name would be another each time. */
const reasonsKept = 200;
/** What further reasons are called; a baseline that lists reasons does not know it. */
const otherReasons = "(one of many other reasons)";
const nothingRefersTo: Refers = {};

/** Levels at which an entry that no rule knows is a failure. */
const grave = new Set(["error", "critical", "alert", "emergency"]);

function emptyClass(): FailureClass {
  return { count: 0, objects: [], causes: [], refers: [], reasons: {}, nameless: [], samples: [] };
}

/** Sorts a log's entries into the runbook's failure classes; lines that start no entry belong to the one before. */
export class FailureClassifier {
  readonly #entry: RegExp;
  readonly #rules: readonly CompiledRule[];
  readonly #classes: Record<string, FailureClass> = {};
  #unclassified = 0;
  readonly #samples: string[] = [];
  #open: { level: string; message: string } | undefined;
  #lines = 0;
  #entries = 0;

  constructor(entry: string, rules: readonly FailureRule[]) {
    this.#entry = new RegExp(entry);
    this.#rules = rules.map(compileRule);
  }

  line(line: string): void {
    const groups = this.#entry.exec(line)?.groups;
    this.#lines += 1;
    if (groups === undefined) {
      if (this.#open !== undefined && this.#open.message.length < entryLength)
        this.#open.message += `\n${line}`;
      return;
    }
    this.#close();
    this.#entries += 1;
    this.#open = { level: groups["level"] ?? "", message: groups["message"] ?? line };
  }

  end(): Sorted {
    this.#close();
    return {
      readable: this.#entries > 0 || this.#lines < unreadableLines,
      classes: this.#classes,
      unclassified: this.#unclassified,
      samples: this.#samples,
    };
  }

  #close(): void {
    const entry = this.#open;
    this.#open = undefined;
    if (entry === undefined) return;
    for (const rule of this.#rules) {
      if (rule.level !== undefined && rule.level !== entry.level) continue;
      const told = rule.read(entry.message);
      if (told !== undefined) return this.#count(told, entry.message);
    }
    if (!grave.has(entry.level)) return;
    this.#unclassified += 1;
    if (this.#samples.length < samplesKept)
      this.#samples.push(own(entry.message.slice(0, sampleLength)));
  }

  #count(told: ToldFailure, message: string): void {
    const found = (this.#classes[told.class] ??= emptyClass());
    found.count += 1;
    const reason = reasonIn(found, told.reason);
    if (reason !== "") add(found.reasons, reason, 1);
    if (told.object === undefined) {
      found.nameless.push({
        reason,
        ...(told.refers === undefined ? {} : { refers: told.refers }),
      });
    } else {
      found.objects.push(told.object);
      found.causes.push(reason);
      found.refers.push(told.refers ?? nothingRefersTo);
    }
    if (found.samples.length < samplesKept) found.samples.push(own(message.slice(0, sampleLength)));
  }
}

function reasonIn({ reasons }: FailureClass, reason: string): string {
  if (reason === "" || Object.hasOwn(reasons, reason)) return reason;
  return Object.keys(reasons).length < reasonsKept ? reason : otherReasons;
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
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
    const gap = this.#reader.vanished.size > 0 || this.#reader.unseen.length > 0;
    const all = [...this.#classifiers.values()].map((classifier) => classifier.end());
    const foreign = all.some(({ readable }) => !readable);
    return merge(all, gap || foreign);
  }

  #classifier(host: string): FailureClassifier {
    const known = this.#classifiers.get(host);
    if (known !== undefined) return known;
    const classifier = new FailureClassifier(this.#log.entry, this.#rules);
    this.#classifiers.set(host, classifier);
    return classifier;
  }
}

function merge(all: readonly Sorted[], gap: boolean): Failures {
  const merged: Failures = { classes: {}, unclassified: 0, samples: [], gap };
  for (const failures of all) {
    merged.unclassified += failures.unclassified;
    merged.samples.push(...failures.samples);
    for (const [name, one] of Object.entries(failures.classes))
      mergeClass((merged.classes[name] ??= emptyClass()), one);
  }
  return merged;
}

function mergeClass(into: FailureClass, one: FailureClass): void {
  into.count += one.count;
  for (const key of ["objects", "causes"] as const)
    for (const value of one[key]) into[key].push(value);
  for (const value of one.refers) into.refers.push(value);
  for (const value of one.nameless) into.nameless.push(value);
  for (const [reason, count] of Object.entries(one.reasons)) add(into.reasons, reason, count);
  into.samples.push(...one.samples);
}
