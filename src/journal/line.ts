import { hash } from "node:crypto";
import type { Event } from "./event.ts";

const sealStart = ',"seal":"';
const sealLength = sealStart.length + 64 + '"}'.length;

/** The event as its line of the journal: members in one order, ASCII only, so that characters are bytes, and sealed. */
export function writeLine(event: Event): string {
  const {
    version,
    sequence,
    at,
    environment,
    runbook,
    round,
    token,
    actor,
    place,
    body,
    previous,
  } = event;
  const ordered = { version, sequence, at, environment, runbook, round, token };
  const nested = { actor: sorted(actor), place: sorted(place), body: sorted(body), previous };
  const open = ascii(JSON.stringify({ ...ordered, ...nested })).slice(0, -1);
  return `${open}${sealStart}${sha256(open)}"}`;
}

/** True when the line's seal is that of its text. */
export function isSealed(line: string): boolean {
  const open = line.slice(0, -sealLength);
  return line.length > sealLength && line === `${open}${sealStart}${sha256(open)}"}`;
}

/** SHA-256 in hex; of a line it is what the next one calls `previous`. */
export function sha256(text: string): string {
  return hash("sha256", text);
}

function ascii(json: string): string {
  return json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
