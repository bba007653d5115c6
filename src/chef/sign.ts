import { constants, createHash, type KeyObject, privateEncrypt, sign } from "node:crypto";

/** Versions of Chef's signed header authentication; 1.2 was never used. */
export const signVersions = ["1.0", "1.1", "1.3"] as const;
export type SignVersion = (typeof signVersions)[number];

/** The server API that requests are written for; version 1.3 signs it too. */
export const serverApiVersion = "1";

export interface RequestToSign {
  readonly version: SignVersion;
  readonly method: string;
  /** Without query, such as `/organizations/acme/data/bag/item`. */
  readonly path: string;
  /** Empty when there is none. */
  readonly body: string;
  /** Name of the client or user whose public key the server knows. */
  readonly client: string;
  readonly at: Date;
}

/**
 * The headers that prove to a Chef server who asks. Versions 1.0 and 1.1 encrypt the canonical request with the RSA
 * key, 1.3 signs its SHA-256; the rules are those of Chef's documentation of its server API and of the library that
 * servers verify with, mixlib-authentication.
 *
 * Throws when a 1.0 request is longer than the key can encrypt, which a long client name makes it.
 */
export function signHeaders(request: RequestToSign, key: KeyObject): Record<string, string> {
  const { version, client, body } = request;
  const algorithm = algorithmOf(version);
  const signature = signatureOf(request, key).toString("base64");
  const lines = signature.match(/.{1,60}/g) ?? [];
  return {
    "X-Ops-Sign": `algorithm=${algorithm};version=${version};`,
    "X-Ops-UserId": client,
    "X-Ops-Timestamp": timestamp(request.at),
    "X-Ops-Content-Hash": hash(algorithm, body),
    "X-Ops-Server-API-Version": serverApiVersion,
    ...Object.fromEntries(lines.map((line, index) => [`X-Ops-Authorization-${index + 1}`, line])),
  };
}

/** The text that is signed: every part of the request that must arrive as it was sent. */
export function canonicalRequest(request: RequestToSign): string {
  const { version, method, client, body, at } = request;
  const algorithm = algorithmOf(version);
  const path = canonicalPath(request.path);
  const content = `X-Ops-Content-Hash:${hash(algorithm, body)}`;
  const time = `X-Ops-Timestamp:${timestamp(at)}`;
  const lines =
    version === "1.3"
      ? [
          `Method:${method}`,
          `Path:${path}`,
          content,
          `X-Ops-Sign:version=${version}`,
          time,
          `X-Ops-UserId:${client}`,
          `X-Ops-Server-API-Version:${serverApiVersion}`,
        ]
      : [
          `Method:${method}`,
          `Hashed Path:${hash(algorithm, path)}`,
          content,
          time,
          `X-Ops-UserId:${version === "1.1" ? hash(algorithm, client) : client}`,
        ];
  return lines.join("\n");
}

function signatureOf(request: RequestToSign, key: KeyObject): Buffer {
  const text = Buffer.from(canonicalRequest(request));
  if (request.version === "1.3") return sign("sha256", text, key);
  return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, text);
}

const algorithmOf = (version: SignVersion): "sha1" | "sha256" =>
  version === "1.3" ? "sha256" : "sha1";

const hash = (algorithm: string, text: string): string =>
  createHash(algorithm).update(text).digest("base64");

/** Slashes that follow one another are one, and the last one is none. */
function canonicalPath(path: string): string {
  const single = path.replaceAll(/\/+/g, "/");
  return single.length > 1 ? single.replace(/\/$/, "") : single;
}

/** ISO 8601 in UTC, whole seconds. */
const timestamp = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, "Z");
