import { ChefError } from "../chef/chef-error.ts";
import { Item, type ItemChange } from "../chef/item.ts";
import { sha256 } from "../journal/line.ts";
import type { Act, Check, Intent, StepContext } from "./context.ts";

/** An item, and what has to change in it as it is now; throws a `ChefError` where that must not be. */
export interface WantedItem {
  readonly bag: string;
  readonly item: string;
  changes(now: Item): readonly ItemChange[];
}

/** Done when nothing has to change; an item that cannot be read or must not be changed tells nothing. */
export async function checkItem(wanted: WantedItem, context: StepContext): Promise<Check> {
  try {
    const changes = wanted.changes(await read(wanted, context));
    if (changes.length === 0)
      return { state: "done", detail: `${nameOf(wanted)} holds what is wanted` };
    return { state: "not-done", detail: changes.map(sayChange).join("; ") };
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    return { state: "cannot-tell", detail: `${error.message}; next: ${error.next}` };
  }
}

/** Journals the values before, and remembers the item as it was when it was read. */
export async function intendItem(wanted: WantedItem, context: StepContext): Promise<Intent | Act> {
  try {
    const item = await read(wanted, context);
    const changes = wanted.changes(item);
    await context.observe({
      kind: "databag",
      bag: wanted.bag,
      item: wanted.item,
      changes: changes.map(({ pointer, before, after }) => ({
        pointer,
        ...(after === undefined ? {} : { after }),
        ...(before === undefined ? {} : { before }),
      })),
    });
    return {
      act: `write ${nameOf(wanted)}: ${changes.map(sayChange).join("; ")}`,
      resume: { read: sha256(item.text) },
    };
  } catch (error) {
    return refused(error);
  }
}

/** Writes the item once, if it still is what was read, and reads it back. */
export async function writeItem(
  wanted: WantedItem,
  context: StepContext,
  resume: Readonly<Record<string, unknown>>,
): Promise<Act> {
  let before: Item;
  let after: Item;
  try {
    before = await read(wanted, context, "now");
    if (sha256(before.text) !== resume["read"])
      return {
        outcome: "refused",
        detail: `somebody changed ${nameOf(wanted)} just now; nothing was written`,
        next: "find out who changes it, and run this phase again: it begins with the item as it is then",
      };
    after = new Item(before.with(wanted.changes(before)), nameOf(wanted));
  } catch (error) {
    return refused(error);
  }
  try {
    await context.chef().putItem(wanted.bag, wanted.item, after.text);
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    const { message: detail, next, kind } = error;
    return { outcome: kind === "unknown" ? "unknown" : "failed", detail, next };
  }
  return verified(wanted, context, before, after);
}

/** What was written has to be there, and nothing else than it. */
async function verified(
  wanted: WantedItem,
  context: StepContext,
  before: Item,
  after: Item,
): Promise<Act> {
  let now: Item;
  try {
    now = await read(wanted, context);
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    const detail = `${nameOf(wanted)} was written and could not be read back: ${error.message}`;
    return { outcome: "unknown", detail, next: error.next };
  }
  if (now.sameAs(after)) return { outcome: "succeeded", detail: `${nameOf(wanted)} was written` };
  const next = `compare ${nameOf(wanted)} with what it was before, put right what is wrong, and run this phase again`;
  const detail = now.sameAs(before)
    ? `the Chef server took ${nameOf(wanted)}, and still gives what it was before`
    : `${nameOf(wanted)} was written, and what the Chef server gives is not that: somebody else wrote it in the same moment, or the server changed it`;
  return { outcome: "failed", detail, next };
}

async function read(
  wanted: Pick<WantedItem, "bag" | "item">,
  context: StepContext,
  now: "now" | "patiently" = "patiently",
): Promise<Item> {
  return new Item(await context.chef().item(wanted.bag, wanted.item, now), nameOf(wanted));
}

function refused(error: unknown): Act {
  if (!(error instanceof ChefError)) throw error;
  return { outcome: "refused", detail: `${error.message}. Nothing was written`, next: error.next };
}

/** `environments/prod`. */
export const nameOf = ({ bag, item }: Pick<WantedItem, "bag" | "item">): string => `${bag}/${item}`;

const sayChange = ({ pointer, before, after }: ItemChange): string =>
  `${pointer} is ${before ?? "not there"}, wanted ${after ?? "none"}`;
