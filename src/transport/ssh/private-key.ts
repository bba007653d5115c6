import { createPrivateKey, type KeyObject } from "node:crypto";
import ssh2, { type ParsedKey } from "ssh2";
import { TransportError } from "../connection.ts";

/** What is said of an encrypted key alone; who can ask for the passphrase does then. */
export const missingPassphrase = "the private key is encrypted and no passphrase is given";

/** Reads a private key before anything connects, so that a bad secret is one clear error and not a refused login. */
export function loadPrivateKey(text: string, passphrase?: string): ParsedKey {
  const pem = `${text.replace(/\r\n?/g, "\n").trim()}\n`;
  if (pem === "\n") refuse("the private key is empty", "set the secret that holds the private key");
  if (!pem.startsWith("-----BEGIN ")) refuseOtherText(pem);
  const secret = passphrase === "" ? undefined : passphrase;
  return pem.startsWith("-----BEGIN OPENSSH PRIVATE KEY-----")
    ? readOpenSsh(pem, secret)
    : readPem(pem, secret);
}

function readOpenSsh(pem: string, passphrase: string | undefined): ParsedKey {
  const parsed = ssh2.utils.parseKey(pem, passphrase);
  if (!(parsed instanceof Error)) return usable(Array.isArray(parsed) ? parsed[0] : parsed);
  if (/no passphrase/i.test(parsed.message)) refuseMissingPassphrase();
  if (/passphrase|integrity/i.test(parsed.message)) refuseWrongPassphrase(parsed);
  return refuse("the private key cannot be read; it is cut off or was changed", pasteAgain, parsed);
}

/** PKCS#8, PKCS#1 and SEC1: OpenSSL reads them all, also encrypted ones; ssh2 gets what it understands. */
function readPem(pem: string, passphrase: string | undefined): ParsedKey {
  if (!/PRIVATE KEY-----/.test(pem)) refuseOtherText(pem);
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) refuseMissingPassphrase();
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    if (encrypted && /decrypt|interrupted|empty|wrong final/i.test(String(error)))
      refuseWrongPassphrase(error);
    return refuse(
      "the private key cannot be read; it is cut off or was changed",
      pasteAgain,
      error,
    );
  }
  const parsed = ssh2.utils.parseKey(forSsh2(key));
  if (parsed instanceof Error)
    return refuse(`the private key is of no use: ${parsed.message}`, otherType);
  return usable(Array.isArray(parsed) ? parsed[0] : parsed);
}

function forSsh2(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return key.export({ type: "pkcs1", format: "pem" }).toString();
    case "ec":
      return key.export({ type: "sec1", format: "pem" }).toString();
    case "ed25519":
      return ed25519ToOpenSsh(key);
    default:
      return refuse(
        `a private key of type ${key.asymmetricKeyType} cannot be used with SSH`,
        otherType,
      );
  }
}

/** ssh2 reads Ed25519 in OpenSSH's own format only: PROTOCOL.key, without encryption. */
function ed25519ToOpenSsh(key: KeyObject): string {
  const { d = "", x = "" } = key.export({ format: "jwk" });
  const secret = Buffer.from(d, "base64url");
  const open = Buffer.from(x, "base64url");
  const type = field(Buffer.from("ssh-ed25519"));
  const check = Buffer.alloc(8, 1);
  const inner = Buffer.concat([
    check,
    type,
    field(open),
    field(Buffer.concat([secret, open])),
    field(Buffer.alloc(0)),
  ]);
  const padding = Buffer.from(
    Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1),
  );
  const none = field(Buffer.from("none"));
  const count = Buffer.from([0, 0, 0, 1]);
  const outer = [Buffer.from("openssh-key-v1\0"), none, none, field(Buffer.alloc(0)), count];
  const body = Buffer.concat([
    ...outer,
    field(Buffer.concat([type, field(open)])),
    field(Buffer.concat([inner, padding])),
  ]);
  const lines = body.toString("base64").match(/.{1,70}/g) ?? [];
  return [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    ...lines,
    "-----END OPENSSH PRIVATE KEY-----",
    "",
  ].join("\n");
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const types = new Set([
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
]);

function usable(key: ParsedKey | undefined): ParsedKey {
  if (key === undefined || !key.isPrivateKey()) return refuse("that is a public key", pasteAgain);
  if (!types.has(key.type))
    return refuse(`a private key of type ${key.type} cannot be used`, otherType);
  const sign = key.sign.bind(key);
  key.sign = (data, algorithm) => {
    if (algorithm === "sha1")
      throw new Error("the server takes only SHA-1 signatures of an RSA key");
    return sign(data, algorithm);
  };
  return key;
}

const pasteAgain = "paste the whole private key file again, from its first to its last line";
const otherType = "make another one: ssh-keygen -t ed25519";

function refuseOtherText(text: string): never {
  if (/^(ssh-|ecdsa-)|BEGIN (SSH2 )?PUBLIC KEY/.test(text))
    refuse("that is a public key", pasteAgain);
  refuse("the private key does not begin with -----BEGIN … PRIVATE KEY-----", pasteAgain);
}

function refuseMissingPassphrase(): never {
  refuse(missingPassphrase, "set the secret that holds its passphrase");
}

function refuseWrongPassphrase(cause: unknown): never {
  refuse(
    "the passphrase does not open the private key",
    "correct the secret that holds its passphrase",
    cause,
  );
}

function refuse(message: string, next: string, cause?: unknown): never {
  throw new TransportError("bad-private-key", "", message, next, cause);
}
