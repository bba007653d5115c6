import type { FailureRule, Refers } from "./context.ts";

/** What one entry of a log says of a failure. */
export interface ToldFailure {
  readonly class: string;
  /** Undefined where the log does not name it. */
  readonly object: string | undefined;
  /** Empty where the rule reads none. */
  readonly reason: string;
  /** What decides whether it is benign; undefined where nothing has to. */
  readonly refers: Refers | undefined;
}

/** A rule, ready to be held against entries. */
export interface CompiledRule {
  readonly level: string | undefined;
  /** Undefined when the entry is none of this rule's. */
  read(message: string): ToldFailure | undefined;
}

/** Said of a failure that may be a loss, and nobody can tell: whose object it is the log does not say. */
export const cannotTell = "the log does not say what it refers to";

const reasonLength = 120;

export function compileRule(rule: FailureRule): CompiledRule {
  const match = new RegExp(rule.match, "s");
  const reason = rule.reason === undefined ? undefined : new RegExp(rule.reason, "s");
  const { benignUnless } = rule;
  const onlyWith = new RegExp(`^(?:${benignUnless?.reason ?? ".*"})$`, "s");
  return {
    level: rule.level,
    read: (message) => {
      const groups = match.exec(message);
      if (groups === null) return undefined;
      const why = reason?.exec(message);
      const told = {
        class: rule.class,
        object: objectOf(rule, groups),
        reason: own((why?.[1] ?? why?.[0] ?? "").slice(0, reasonLength)),
        refers: undefined,
      };
      if (benignUnless === undefined || !onlyWith.test(told.reason)) return told;
      const refers = refersOf(benignUnless.atSource, groups);
      // What cannot be looked up is held to be what nobody wants.
      if (refers === undefined) return { ...told, class: benignUnless.class, reason: cannotTell };
      return { ...told, refers };
    },
  };
}

function objectOf(rule: FailureRule, match: RegExpExecArray): string | undefined {
  const named = match.groups ?? {};
  if (rule.object === undefined)
    return named["object"] === undefined ? undefined : own(named["object"]);
  return own(rule.object.replace(/\$\{(\w+)\}/g, (_, name: string) => named[name] ?? ""));
}

function refersOf(
  atSource: Readonly<Record<string, string>>,
  match: RegExpExecArray,
): Refers | undefined {
  const found = Object.entries(atSource).map(
    ([group, reference]) => [reference, match.groups?.[group]] as const,
  );
  if (found.some(([, key]) => key === undefined || key === "")) return undefined;
  return Object.fromEntries(found.map(([reference, key]) => [reference, own(key ?? "")]));
}

/** A text of its own memory: a part of a longer text keeps all of that alive, and logs have gigabytes. */
export function own(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
