import { generateKeyPairSync } from "node:crypto";

/** A key pair as PEM. */
export interface KeyPair {
  readonly public: string;
  readonly private: string;
}

/** An RSA key pair as Chef's clients have one. */
export function rsaKeyPair(): KeyPair {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    public: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    private: pair.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}
