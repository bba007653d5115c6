import type { Event } from "../journal/event.ts";
import { maskedValues } from "./gateway.ts";

/** The events with every secret masked, before anything is escaped: an escaped secret would no longer be found. */
export function maskEvents(events: readonly Event[], secrets: readonly string[]): readonly Event[] {
  const values = maskedValues(secrets);
  if (values.length === 0) return events;
  return events.map((event) => ({ ...event, body: masked(event.body, values) as Event["body"] }));
}

const kept = new Set(["type", "kind", "outcome", "state", "action", "ruling"]);

function masked(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === "string")
    return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
  if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    kept.has(key) ? item : masked(item, secrets),
  ]);
  return Object.fromEntries(entries);
}
