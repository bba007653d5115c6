import * as z from "zod";
import { byKey, strict } from "../config/shape.ts";
import {
  env,
  kinded,
  name,
  oneOrMore,
  readingValues,
  secretEnv,
  shellFields,
  side,
  template,
} from "./parts.ts";

const checkFields = {
  on: shellFields.on.exactOptional(),
  directory: shellFields.directory,
  env: env.exactOptional(),
  secrets: secretEnv.exactOptional(),
};

const shellCheck = strict({ run: z.string().min(1), ...checkFields }).transform(kinded("shell"));
type ShellCheck = z.output<typeof shellCheck>;

/** How a step asks, read-only, whether it is done; for shell text its last line says `done`, `not-done` or `partial`. */
export const check = z.union([
  z
    .string()
    .min(1)
    .transform((run): ShellCheck => ({ kind: "shell", run })),
  byKey("check", {
    run: shellCheck,
    reading: strict({ reading: name, done: readingValues }).transform(kinded("reading")),
    eval: strict({ eval: template.min(1), done: z.string().min(1) }).transform(kinded("eval")),
    reconcile: strict({ reconcile: oneOrMore(name), between: z.array(side).min(2) }).transform(
      kinded("reconcile"),
    ),
    poll: strict({ poll: name, done: z.literal("idle") }).transform(kinded("poll")),
  }),
]);

/** What to do when a step's check answers `partial`; without it a person decides. */
export const onPartial = z.union(
  [
    z.literal("apply").transform(() => ({ kind: "apply" as const })),
    z.literal("ask").transform(() => ({ kind: "ask" as const })),
    strict({ "redo-from": name }).transform((value) => ({
      kind: "redo-from" as const,
      step: value["redo-from"],
    })),
  ],
  { error: "expected `apply`, `ask` or { redo-from: step }" },
);
