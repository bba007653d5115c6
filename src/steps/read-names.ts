import { ask } from "./ask.ts";
import type { StepContext } from "./context.ts";

/** A reading's values by name, or why they could not be had. */
export type Values =
  | { readonly ok: true; readonly values: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reason: string };

/** Reads a named reading on each of its hosts, journals the values and insists that the hosts agree. */
export async function readNames(name: string, context: StepContext): Promise<Values> {
  const reading = context.resources.readings[name];
  if (reading === undefined) return { ok: false, reason: `there is no reading ${name}` };
  let first: { host: string; values: Record<string, string> } | undefined;
  for (const on of reading.on) {
    const answer = await ask(on, context);
    if (!answer.ok) return { ok: false, reason: answer.reason };
    if (answer.lines.length !== reading.names.length) {
      return {
        ok: false,
        reason: `${on.host}: reading ${name} wants ${reading.names.length} lines (${reading.names.join(", ")}) and got ${answer.lines.length}: ${answer.lines.slice(0, 4).join(" / ")}`,
      };
    }
    const values = Object.fromEntries(
      reading.names.map((key, index) => [key, answer.lines[index] ?? ""]),
    );
    if (first !== undefined && JSON.stringify(first.values) !== JSON.stringify(values)) {
      return {
        ok: false,
        reason: `${first.host} and ${on.host} give different answers for ${name}`,
      };
    }
    first ??= { host: on.host, values };
  }
  if (first === undefined) return { ok: false, reason: `reading ${name} has no host` };
  await context.observe({ kind: "reading", name, title: reading.title, values: first.values });
  return { ok: true, values: first.values };
}
