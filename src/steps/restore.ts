import { ChefError } from "../chef/chef-error.ts";
import type { Item, ItemChange } from "../chef/item.ts";
import type { ItemWrite, StepContext } from "./context.ts";
import type { StepKind } from "./step-kind.ts";
import { checkItem, intendItem, nameOf, type WantedItem, writeItem } from "./write-item.ts";

export interface RestoreSpec {
  /** The `databag` step whose values are put back. */
  readonly step: string;
}

/**
 * `restores`: puts back what a `databag` step found before it wrote, in the newest round in which it did. A value that is neither what that
 * step wrote nor what stood there before is somebody else's, and is left alone.
 */
export const restores: StepKind<RestoreSpec> = {
  name: "restores",
  mutates: true,
  describe: ({ step }) => [`put back the values that step ${step} found, as the journal kept them`],
  async check({ step }, context) {
    const wrote = context.wroteItem(step);
    if (wrote !== undefined) return checkItem(putBack(step, wrote), context);
    return { state: "done", detail: `step ${step} never wrote anything` };
  },
  intend: async ({ step }, context) => intendItem(before(step, context), context),
  apply: async ({ step }, context, { resume }) => writeItem(before(step, context), context, resume),
};

function before(step: string, context: StepContext): WantedItem {
  const wrote = context.wroteItem(step);
  if (wrote === undefined) throw new Error(`step ${step} never wrote anything`);
  return putBack(step, wrote);
}

function putBack(step: string, { bag, item, changes }: ItemWrite): WantedItem {
  const backOf = (now: Item, { pointer, before, after }: ItemChange): ItemChange[] => {
    const is = now.at(pointer);
    if (is === before) return [];
    if (is === after) return [{ pointer, before: is, after: before }];
    throw new ChefError(
      `${nameOf({ bag, item })} has ${is ?? "nothing"} at ${pointer}; step ${step} found ${before ?? "nothing"} there and wrote ${after ?? "nothing"}, so somebody changed it since`,
      { kind: "not-done", next: "find out who did and what it shall be, and set it by hand" },
    );
  };
  return { bag, item, changes: (now) => changes.flatMap((one) => backOf(now, one)) };
}
