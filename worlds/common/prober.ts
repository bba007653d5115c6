import { rsaKeyPair } from "./rsa-key-pair.ts";

/** The user that signs the rehearsal's own requests: the API knows the public key, the runbook's secret is the other. */
export interface Prober {
  readonly client: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A user of the Chef server, with a key pair of its own unless one is given. */
export function makeProber(keys = rsaKeyPair()): Prober {
  return { client: "prober", publicKey: keys.public, privateKey: keys.private };
}

/** What an inventory says of it, and of the user that it invites. */
export function proberVars({ client }: Prober): Record<string, string> {
  return { probe_client: client, exercise_user: "user-2" };
}
