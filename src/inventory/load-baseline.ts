import { checkShape, problemAt } from "../config/check-shape.ts";
import { loadYaml } from "../config/load-yaml.ts";
import { nearest } from "../config/nearest.ts";
import { throwIfAny } from "../config/problem.ts";
import { baselineSchema } from "./schema.ts";
import type { BaselineEntry } from "./schema.ts";

/** Loads known failures. With the runbook's failure classes a misspelt one is found here instead of in a verdict. */
export function loadBaseline(file: string, classes?: readonly string[]): readonly BaselineEntry[] {
  const source = loadYaml(file);
  const entries = checkShape(baselineSchema, source);
  const names = entries.map((entry) => entry.class);
  throwIfAny(
    names.flatMap((name, index) => {
      const path = [index, "class"];
      if (names.indexOf(name) !== index)
        return [problemAt(source, path, `class \`${name}\` stands twice`)];
      if (classes === undefined || classes.includes(name)) return [];
      return [
        problemAt(
          source,
          path,
          `no failure rule has the class \`${name}\``,
          nearest(name, classes),
        ),
      ];
    }),
  );
  return entries;
}
