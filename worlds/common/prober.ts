import { generateKeyPairSync } from "node:crypto";

/** The user that signs the rehearsal's own requests: the API knows the public key, the runbook's secret is the other. */
export interface Prober {
  readonly client: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

/** A user of the Chef server with a key pair of its own. */
export function makeProber(): Prober {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    client: "prober",
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}

/** What an inventory says of it, and of the user that it invites. */
export function proberVars({ client }: Prober): Record<string, string> {
  return { probe_client: client, exercise_user: "user-2" };
}
