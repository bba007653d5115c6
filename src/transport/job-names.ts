import { randomBytes } from "node:crypto";
import type { End } from "./connection.ts";

/** Job ids become directory names on hosts, so only what is plain everywhere is let through. */
export function checkJobId(id: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(id)) return;
  throw new Error(
    `${JSON.stringify(id)} is no job id; use letters, digits, ".", "_" and "-", at most 200`,
  );
}

/** State directories stand in scripts line by line; an empty one would be the root of everything. */
export function checkStateDirectory(directory: string): void {
  if (
    directory !== "" &&
    directory !== "/" &&
    !directory.startsWith("-") &&
    !/[\n\0]/.test(directory)
  )
    return;
  throw new Error(
    `${JSON.stringify(directory)} is no state directory; name one such as ".runbook-phase"`,
  );
}

/** Tokens are compared by a shell, which knows whole numbers only. */
export function checkToken(token: number): void {
  if (Number.isSafeInteger(token) && token >= 0) return;
  throw new Error(`${token} is no lease token; it must be a whole number from 0`);
}

/** Reads what the wrapper wrote into `exit`; undefined when it is something else. */
export function readEnd(text: string): Exclude<End, { readonly kind: "lost" }> | undefined {
  const [, kind, value] =
    /^(exited (?=\d+ *$)|signalled (?=[A-Z]))([A-Z0-9+-]+) *$/.exec(text) ?? [];
  if (kind === undefined || value === undefined) return undefined;
  return kind === "exited "
    ? { kind: "exited", status: Number(value) }
    : { kind: "signalled", signal: `SIG${value}` };
}

/** A word that no output can guess. */
export function newNonce(): string {
  return randomBytes(16).toString("hex");
}

/** Process numbers as the host lists them. */
export function readSurvivors(text: string): number[] {
  return text
    .split(" ")
    .filter((word) => /^\d+$/.test(word))
    .map(Number);
}
