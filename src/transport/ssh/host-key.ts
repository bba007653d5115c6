import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";

/** A host's public key as SSH sends it. */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

const algorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  // The key type is ssh-rsa; its signatures are asked for with SHA-2 only.
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Only what is pinned is asked for, so that a server with several keys shows the one that can be verified. */
export function algorithmsFor(keys: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(keys.map((key) => key.type));
  return Object.entries(algorithms).flatMap(([type, names]) => (types.has(type) ? names : []));
}

/** The form in which people compare keys, and in which ssh-keygen -l prints them. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** Reads the two last fields of a known_hosts line; a string says what is wrong with them. */
export function readHostKey(type: string, base64: string): HostKey | string {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return "the key is not base64";
  const blob = Buffer.from(base64, "base64");
  const inner = keyType(blob);
  if (inner === undefined) return "the key is cut off or is no SSH key";
  if (inner !== type) return `the key says it is ${inner}, the line says ${type}`;
  return { type, blob };
}

/** The type that a public key names in its own first field. */
export function keyType(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || blob.length <= 4 + length) return undefined;
  return wholeFields(blob) ? blob.toString("latin1", 4, 4 + length) : undefined;
}

/** A key is a row of fields with their lengths; a key cut in the middle does not end with a field. */
function wholeFields(blob: Buffer): boolean {
  let at = 0;
  while (at + 4 <= blob.length) at += 4 + blob.readUInt32BE(at);
  return at === blob.length;
}
