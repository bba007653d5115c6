import { createHmac, timingSafeEqual } from "node:crypto";
import { TransportError } from "../connection.ts";
import { type HostKey, readHostKey } from "./host-key.ts";

/** What known_hosts says about one host: the keys it may show, and those it must never show again. */
export interface PinnedKeys {
  readonly keys: readonly HostKey[];
  readonly revoked: readonly HostKey[];
}

interface Entry {
  readonly matches: (name: string) => boolean;
  readonly revoked: boolean;
  readonly key: HostKey;
}

/** The pinned host keys, read from text in OpenSSH's known_hosts format. */
export class KnownHosts {
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Reads the whole text and refuses what it does not understand, since a skipped line could be a lost pin. */
  static parse(text: string): KnownHosts {
    const entries: Entry[] = [];
    for (const [index, raw] of text
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\n|\r/)
      .entries()) {
      const line = raw.trim();
      if (line !== "" && !line.startsWith("#")) entries.push(parseLine(line, index + 1));
    }
    return new KnownHosts(entries);
  }

  /** A port other than 22 must be pinned as `[host]:port`: another server on the same address has another key. */
  lookup(host: string, port: number): PinnedKeys {
    const name = lookupName(host, port);
    const found = this.#entries.filter((entry) => entry.matches(name));
    const revoked = this.#entries.filter((entry) => entry.revoked && entry.matches(name));
    return {
      keys: found.filter((entry) => !entry.revoked).map((entry) => entry.key),
      revoked: revoked.map((entry) => entry.key),
    };
  }
}

/** The name under which known_hosts keeps a host. */
export function lookupName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

function parseLine(line: string, number: number): Entry {
  const fields = line.split(/[ \t]+/);
  const marker = fields[0]?.startsWith("@") === true ? fields.shift() : undefined;
  if (marker === "@cert-authority") {
    refuse(
      number,
      "@cert-authority: host certificates are not supported",
      "pin the host's own key instead: a line `host type key` as ssh-keyscan prints it",
    );
  }
  if (marker !== undefined && marker !== "@revoked") refuse(number, `unknown marker ${marker}`);
  const [hosts, type, base64] = fields;
  if (hosts === undefined || type === undefined || base64 === undefined) {
    refuse(number, "wanted `host type key`, found fewer fields");
  }
  const key = readHostKey(type, base64);
  if (typeof key === "string") refuse(number, key);
  return { matches: hostMatcher(hosts, number), revoked: marker === "@revoked", key };
}

function hostMatcher(hosts: string, number: number): (name: string) => boolean {
  if (hosts.startsWith("|")) return hashedMatcher(hosts, number);
  const patterns = hosts.split(",").filter((pattern) => pattern !== "");
  const positive = patterns.filter((pattern) => !pattern.startsWith("!")).map(patternMatcher);
  const negative = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map((pattern) => patternMatcher(pattern.slice(1)));
  return (name) =>
    positive.some((matches) => matches(name)) && !negative.some((matches) => matches(name));
}

function hashedMatcher(hosts: string, number: number): (name: string) => boolean {
  const [, kind, salt, hash] = hosts.split("|");
  const wanted = Buffer.from(hash ?? "", "base64");
  const key = Buffer.from(salt ?? "", "base64");
  if (kind !== "1" || key.length === 0 || wanted.length !== 20) {
    refuse(number, "the hashed host name is broken; wanted |1|salt|hash");
  }
  return (name) => timingSafeEqual(createHmac("sha1", key).update(name).digest(), wanted);
}

function patternMatcher(pattern: string): (name: string) => boolean {
  const lower = pattern.toLowerCase().replace(/^\[(.*)\]:22$/, "$1");
  const escaped = lower.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");
  return (name) => expression.test(name);
}

function refuse(
  line: number,
  what: string,
  next = "correct the line or remove it; `ssh-keyscan -p PORT HOST` prints lines in the right form",
): never {
  throw new TransportError("bad-known-hosts", "", `known_hosts, line ${line}: ${what}`, next);
}
