import { ChefError } from "../chef/chef-error.ts";
import { Item, type ItemChange, type Scalar } from "../chef/item.ts";
import { sha256 } from "../journal/line.ts";
import type { Act, Check, Intent, StepContext } from "./context.ts";
import type { StepKind } from "./step-kind.ts";

export interface DatabagSpec {
  readonly bag: string;
  readonly item: string;
  /** JSON pointer to the value that is wanted there. */
  readonly set: Readonly<Record<string, Scalar>>;
  readonly create: boolean;
}

/** `databag`: read, changed in single values, written once and read back; whoever changed the item meanwhile is noticed. */
export const databag: StepKind<DatabagSpec> = {
  name: "databag",
  mutates: true,
  describe: (step, { chef }) => [
    `in data bag ${step.bag}, item ${step.item}, of ${chef?.url ?? "the Chef server"}`,
    ...Object.entries(step.set).map(
      ([pointer, value]) => `set ${pointer} to ${JSON.stringify(value)}`,
    ),
    ...(step.create ? ["a key that is not there is made"] : []),
  ],
  async check(step, context): Promise<Check> {
    try {
      const { changes } = await read(step, context);
      const [first] = changes;
      if (first === undefined)
        return { state: "done", detail: `${nameOf(step)} holds what is wanted` };
      return { state: "not-done", detail: changes.map(sayChange).join("; ") };
    } catch (error) {
      if (!(error instanceof ChefError)) throw error;
      return { state: "cannot-tell", detail: `${error.message}; next: ${error.next}` };
    }
  },
  async intend(step, context): Promise<Intent | Act> {
    try {
      const { item, changes } = await read(step, context);
      await context.observe({
        kind: "databag",
        bag: step.bag,
        item: step.item,
        changes: changes.map(({ pointer, before, after }) => ({
          pointer,
          after,
          ...(before === undefined ? {} : { before }),
        })),
      });
      return {
        act: `write ${nameOf(step)}: ${changes.map(sayChange).join("; ")}`,
        resume: { read: sha256(item.text) },
      };
    } catch (error) {
      return refused(error);
    }
  },
  async apply(step, context, { resume }): Promise<Act> {
    let before: Item;
    let wanted: Item;
    try {
      const { item, changes } = await read(step, context, "now");
      if (sha256(item.text) !== resume["read"])
        return {
          outcome: "refused",
          detail: `somebody changed ${nameOf(step)} just now; nothing was written`,
          next: "find out who changes it, and run this phase again: it begins with the item as it is then",
        };
      before = item;
      wanted = new Item(item.with(changes), nameOf(step));
    } catch (error) {
      return refused(error);
    }
    try {
      await context.chef().putItem(step.bag, step.item, wanted.text);
    } catch (error) {
      if (!(error instanceof ChefError)) throw error;
      const { message: detail, next, kind } = error;
      return { outcome: kind === "unknown" ? "unknown" : "failed", detail, next };
    }
    return verified(step, context, before, wanted);
  },
};

/** What was written has to be there, and nothing else than it. */
async function verified(
  step: DatabagSpec,
  context: StepContext,
  before: Item,
  wanted: Item,
): Promise<Act> {
  let now: Item;
  try {
    ({ item: now } = await read(step, context));
  } catch (error) {
    if (!(error instanceof ChefError)) throw error;
    const detail = `${nameOf(step)} was written and could not be read back: ${error.message}`;
    return { outcome: "unknown", detail, next: error.next };
  }
  if (now.sameAs(wanted)) return { outcome: "succeeded", detail: `${nameOf(step)} was written` };
  const next = `compare ${nameOf(step)} with what it was before, put right what is wrong, and run this phase again`;
  const detail = now.sameAs(before)
    ? `the Chef server took ${nameOf(step)}, and still gives what it was before`
    : `${nameOf(step)} was written, and what the Chef server gives is not that: somebody else wrote it in the same moment, or the server changed it`;
  return { outcome: "failed", detail, next };
}

async function read(
  step: DatabagSpec,
  context: StepContext,
  now: "now" | "patiently" = "patiently",
): Promise<{ readonly item: Item; readonly changes: readonly ItemChange[] }> {
  const item = new Item(await context.chef().item(step.bag, step.item, now), nameOf(step));
  return { item, changes: item.changes(step.set, step.create) };
}

function refused(error: unknown): Act {
  if (!(error instanceof ChefError)) throw error;
  return { outcome: "refused", detail: `${error.message}. Nothing was written`, next: error.next };
}

const nameOf = ({ bag, item }: Pick<DatabagSpec, "bag" | "item">): string => `${bag}/${item}`;

const sayChange = ({ pointer, before, after }: ItemChange): string =>
  `${pointer} is ${before ?? "not there"}, wanted ${after}`;
