import type { Account } from "./account.ts";
import type { StepContext } from "./context.ts";
import { namesPerEvent } from "./observe-failures.ts";

type Accounts = ReadonlyMap<string, Account>;

/** Journals every name that is on one side only: a row keeps no more than the first few. */
export async function observeDifferences(accounts: Accounts, context: StepContext): Promise<void> {
  for (const [name, { missing, unexpected }] of accounts) {
    const title = context.resources.reconciliations[name]?.title ?? name;
    const longest = Math.max(missing.length, unexpected.length);
    for (let from = 0; from < longest; from += namesPerEvent) {
      const part = (all: readonly string[]) => all.slice(from, from + namesPerEvent);
      await context.observe({
        kind: "differences",
        name,
        title,
        from,
        missing: part(missing),
        unexpected: part(unexpected),
      });
    }
  }
}

/** Journals every object that a verdict counts as failed, by class and reason. */
export async function observeJudged(accounts: Accounts, context: StepContext): Promise<void> {
  const groups = new Map<string, { class: string; reason: string; objects: string[] }>();
  for (const { explained } of accounts.values()) {
    for (const { class: name, reason, object } of explained) {
      const key = JSON.stringify([name, reason]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { class: name, reason, objects: [object] });
      else group.objects.push(object);
    }
  }
  for (const { objects, ...group } of groups.values()) {
    for (let from = 0; from < objects.length; from += namesPerEvent) {
      const part = objects.slice(from, from + namesPerEvent);
      await context.observe({ kind: "judged", ...group, objects: part });
    }
  }
}
