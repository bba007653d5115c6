import { ChefError } from "../chef/chef-error.ts";
import { Item } from "../chef/item.ts";
import type { Act } from "./context.ts";
import type { StepKind } from "./step-kind.ts";
import { nameOf } from "./write-item.ts";

export interface ReadItemSpec {
  readonly bag: string;
  readonly item: string;
  /** JSON pointers to single values that have to be there. */
  readonly values: readonly string[];
}

/** `databag-read`: shows single values of an item, and finds early that one cannot be read or set. */
export const readItem: StepKind<ReadItemSpec> = {
  name: "databag-read",
  mutates: false,
  describe: (step, { chef }) => [
    `in data bag ${step.bag}, item ${step.item}, of ${chef?.url ?? "the Chef server"}`,
    `there has to be a value at ${step.values.join(" and ")}`,
  ],
  async apply(step, context): Promise<Act> {
    try {
      const item = new Item(await context.chef().item(step.bag, step.item), nameOf(step));
      const values = step.values.map((pointer) => [pointer, item.value(pointer)] as const);
      await context.observe({
        kind: "reading",
        name: nameOf(step),
        title: `Data bag ${nameOf(step)}`,
        values: Object.fromEntries(values),
      });
      const said = values.map(([pointer, value]) => `${pointer} is ${value}`);
      return { outcome: "succeeded", detail: said.join("; ") };
    } catch (error) {
      if (!(error instanceof ChefError)) throw error;
      return { outcome: "not-met", detail: error.message, next: error.next };
    }
  },
};
