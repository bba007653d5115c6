import type { Scalar } from "../chef/item.ts";
import type { StepKind } from "./step-kind.ts";
import { checkItem, intendItem, type WantedItem, writeItem } from "./write-item.ts";

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
  check: (step, context) => checkItem(wantedBy(step), context),
  intend: (step, context) => intendItem(wantedBy(step), context),
  apply: (step, context, { resume }) => writeItem(wantedBy(step), context, resume),
};

function wantedBy({ bag, item, set, create }: DatabagSpec): WantedItem {
  return { bag, item, changes: (now) => now.changes(set, create) };
}
