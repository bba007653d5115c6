import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { type KeyPair, rsaKeyPair } from "../common/rsa-key-pair.ts";

/** What a world's Chef server and those who ask it prove themselves with. */
export interface ChefIdentity {
  /** The certificate, for 127.0.0.1, is its own authority. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly runner: KeyPair;
  readonly node: KeyPair;
  /** Of the user that signs the runbook's own requests to the API. */
  readonly prober: KeyPair;
  readonly until: string;
}

const file = join(import.meta.dirname, "../../node_modules/.cache/local-chef/keys.json");
const days = 30;
let made: Promise<ChefIdentity> | undefined;

/** Made once for each machine and month: RSA keys take longer to make than a world takes to start. */
export function chefIdentity(): Promise<ChefIdentity> {
  return (made ??= find());
}

async function find(): Promise<ChefIdentity> {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as ChefIdentity;
    if (Date.parse(kept.until) > Date.now()) return kept;
  } catch {
    // There is none yet, or half of one.
  }
  const identity = await make();
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identity), { mode: 0o600 });
  renameSync(draft, file);
  return identity;
}

async function make(): Promise<ChefIdentity> {
  const { generate } = await import("selfsigned");
  const end = new Date(Date.now() + (days + 2) * 86_400_000);
  const { cert, private: key } = await generate([{ name: "commonName", value: "chef" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: end,
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  const until = new Date(Date.now() + days * 86_400_000).toISOString();
  return {
    tls: { cert, key },
    runner: rsaKeyPair(),
    node: rsaKeyPair(),
    prober: rsaKeyPair(),
    until,
  };
}
