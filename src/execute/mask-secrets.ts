import type { EventBody } from "../journal/event.ts";

/** Words of ours that a short secret must not blot out, and ids by which a later run finds its own work again. */
const kept = new Set(["type", "kind", "outcome", "state", "action", "ruling", "id", "resume"]);

/** A journal outlives its secrets and is kept as an artifact, so what a host prints of them never gets there. */
export function maskSecrets(body: EventBody, secrets: readonly string[]): EventBody {
  // A line of two letters is no secret, and masking it would blot out half of every text.
  const lines = secrets.flatMap((secret) =>
    secret.split(/\r?\n/).filter((line) => line.length > 2),
  );
  const values = [...new Set([...secrets, ...lines])]
    .filter((value) => value.trim() !== "")
    .sort((a, b) => b.length - a.length);
  return values.length === 0 ? body : (masked(body, values) as EventBody);
}

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string") {
    return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
  }
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, secrets));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, kept.has(key) ? item : masked(item, secrets)]),
  );
}
