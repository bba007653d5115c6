import type { KeyObject } from "node:crypto";

import { errorText } from "../config/error-text.ts";
import { ChefError } from "./chef-error.ts";
import { signHeaders, type SignVersion } from "./sign.ts";

/** Who signs, with which key and in which version of the protocol. */
export interface Signer {
  readonly client: string;
  readonly key: KeyObject;
  readonly version: SignVersion;
}

/** What of a request is signed; `path` without its query. */
export interface Signable {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** The headers of a signed request to a Chef server. Throws a `ChefError` where it cannot be signed. */
export function signedHeaders(
  request: Signable,
  { client, key, version }: Signer,
  at: Date,
): Record<string, string> {
  try {
    return {
      "content-type": "application/json",
      "X-Chef-Version": "12.0.0",
      ...signHeaders({ version, client, at, ...request }, key),
    };
  } catch (error) {
    throw new ChefError(
      `a request of ${client} cannot be signed in version ${version}: ${errorText(error)}`,
      { kind: "not-done", next: "use version 1.1 or 1.3: in 1.0 a long name needs a longer key" },
    );
  }
}
