import * as z from "zod";

/** Seconds, or text that still holds a variable such as `${drain}`; `secondsOf` turns it into seconds. */
export type Seconds = number | string;

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const templatePattern = /^\$\{[^}]*\}$/;

/** Reads `500ms`, `30s`, `5m` and `1h`; `undefined` when the text is something else, so that each caller says where it stood. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  const factor = unitSeconds[unit ?? ""];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

/** A duration as a file writes it; the number of seconds, unless a variable still has to say it. */
export const duration = z
  .string({ error: "expected a duration such as 30s, 5m, 1h or 500ms" })
  .regex(/^(\d+(\.\d+)?(ms|s|m|h)|\$\{[^}]*\})$/, {
    error: "expected a duration such as 30s, 5m, 1h or 500ms, or one variable such as ${drain}",
  })
  .transform((text): Seconds =>
    templatePattern.test(text) ? text : (parseDuration(text) ?? text),
  );
