import { constants, createHash, publicDecrypt, verify } from "node:crypto";

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const skewSeconds = 15 * 60;

/**
 * Why a request is not that of the client whose public key this is; undefined when it is. Written from Chef's
 * documentation of its signed headers, apart from the code that signs, so that the two check each other.
 */
export function whyNotSigned(
  arrived: Arrived,
  publicKeyOf: (client: string) => string | undefined,
  now: Date,
): string | undefined {
  const header = (name: string): string => String(arrived.headers[name.toLowerCase()] ?? "");
  const said = Object.fromEntries(
    header("X-Ops-Sign")
      .split(";")
      .filter((part) => part !== "")
      .map((part) => part.trim().split("=")),
  ) as Record<string, string | undefined>;
  const user = header("X-Ops-UserId");
  const key = publicKeyOf(user);
  if (key === undefined)
    return `Failed to authenticate as '${user}'. Ensure that your node_name and client key are correct.`;
  const at = header("X-Ops-Timestamp");
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at)) return "bad timestamp";
  if (Math.abs(now.getTime() - Date.parse(at)) > skewSeconds * 1000)
    return `Failed to authenticate as '${user}'. Synchronize the clock on your host.`;
  const digest = said["version"] === "1.3" ? "sha256" : "sha1";
  const base64 = (text: string): string => createHash(digest).update(text, "utf8").digest("base64");
  if (header("X-Ops-Content-Hash") !== base64(arrived.body)) return "content hash differs";
  const lines: string[] = [];
  while (header(`X-Ops-Authorization-${lines.length + 1}`) !== "")
    lines.push(header(`X-Ops-Authorization-${lines.length + 1}`));
  if (lines.some((line) => line.length > 60)) return "an authorization header is too long";
  const signature = Buffer.from(lines.join(""), "base64");
  const path = arrived.path.replaceAll(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  const shared = `X-Ops-Content-Hash:${base64(arrived.body)}\n`;
  if (said["version"] === "1.3") {
    const text = `Method:${arrived.method}\nPath:${path}\n${shared}X-Ops-Sign:version=1.3\nX-Ops-Timestamp:${at}\nX-Ops-UserId:${user}\nX-Ops-Server-API-Version:${header("X-Ops-Server-API-Version")}`;
    if (said["algorithm"] !== "sha256") return "bad algorithm";
    return verify("sha256", Buffer.from(text), key, signature) ? undefined : "bad signature";
  }
  if (said["version"] !== "1.0" && said["version"] !== "1.1") return "bad sign version";
  const name = said["version"] === "1.1" ? base64(user) : user;
  const text = `Method:${arrived.method}\nHashed Path:${base64(path)}\n${shared}X-Ops-Timestamp:${at}\nX-Ops-UserId:${name}`;
  try {
    const decrypted = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return decrypted.toString() === text ? undefined : "bad signature";
  } catch {
    return "bad signature";
  }
}
