import { existsSync, readFileSync } from "node:fs";
import type { Kind } from "../../common/data.ts";
import type { Failure } from "../../common/failure-lines.ts";
import type { PlannedObject } from "../../common/migration-plan.ts";

/** What befalls one object of a migration, whatever becomes of it otherwise. */
export interface ObjectFault {
  readonly kind: Kind;
  readonly key: string;
  /** The line that the log gets instead of a row; without it the object is lost without a word. */
  readonly failure?: Failure;
}

/** The faults of a file, as long as it is there. */
export function readObjectFaults(file: string): readonly ObjectFault[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ObjectFault[]) : [];
}

/** The objects of a migration with their faults. */
export function befall(
  objects: readonly PlannedObject[],
  kind: Kind,
  faults: readonly ObjectFault[],
): PlannedObject[] {
  return objects.map((object) => {
    const fault = faults.find((one) => one.kind === kind && one.key === object.key);
    if (fault === undefined) return object;
    const { row: _, failure: __, ...rest } = object;
    return fault.failure === undefined ? rest : { ...rest, failure: fault.failure };
  });
}
