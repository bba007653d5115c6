import { createPrivateKey, type KeyObject } from "node:crypto";

import { ChefError } from "./chef-error.ts";

/** Reads the RSA key of a client; throws a `ChefError` that says nothing of what stands in it. */
export function readClientKey(key: string, client: string): KeyObject {
  const next = `give the private RSA key of client ${client} as PEM, whole and with its line ends`;
  let read: KeyObject;
  try {
    read = createPrivateKey(key);
  } catch {
    // The reason can quote the key.
    throw new ChefError(`the key of Chef client ${client} cannot be read`, {
      kind: "not-done",
      next,
    });
  }
  if (read.asymmetricKeyType !== "rsa")
    throw new ChefError(
      `the key of Chef client ${client} is of type ${read.asymmetricKeyType}, and Chef servers take RSA keys only`,
      { kind: "not-done", next },
    );
  return read;
}
