import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadPrivateKey } from "../../../src/transport/ssh/private-key.ts";
import { makeKey } from "./openssh-server.ts";

const directory = mkdtempSync(join(tmpdir(), "private-key-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function publicOf(path: string): string {
  return readFileSync(`${path}.pub`, "utf8").split(" ")[1] ?? "";
}

describe.each(["ed25519", "ecdsa", "rsa"] as const)("%s as ssh-keygen writes it", (type) => {
  const path = join(directory, type);

  test("without a passphrase", () => {
    const key = loadPrivateKey(makeKey(path, type).replaceAll("\n", "\r\n").trimEnd());
    expect(key.getPublicSSH().toString("base64")).toBe(publicOf(path));
  });

  test("with a passphrase; missing and wrong have words of their own", () => {
    const text = makeKey(path, type, "-N", "geheim", "-a", "1");
    expect(loadPrivateKey(text, "geheim").getPublicSSH().toString("base64")).toBe(publicOf(path));
    expect(() => loadPrivateKey(text)).toThrow("no passphrase is given");
    expect(() => loadPrivateKey(text, "")).toThrow("no passphrase is given");
    expect(() => loadPrivateKey(text, "wrong")).toThrow("does not open");
  });
});

test.each(["PEM", "PKCS8"])("rsa and ecdsa in ssh-keygen's %s format, encrypted too", (format) => {
  for (const type of ["rsa", "ecdsa"] as const) {
    const path = join(directory, `${type}-${format}`);
    const plain = makeKey(path, type, "-m", format);
    expect(loadPrivateKey(plain).getPublicSSH().toString("base64")).toBe(publicOf(path));
    execFileSync("ssh-keygen", ["-q", "-p", "-m", format, "-P", "", "-N", "geheim", "-f", path]);
    const locked = readFileSync(path, "utf8");
    expect(loadPrivateKey(locked, "geheim").getPublicSSH().toString("base64")).toBe(publicOf(path));
    expect(() => loadPrivateKey(locked)).toThrow("no passphrase is given");
    expect(() => loadPrivateKey(locked, "wrong")).toThrow("does not open");
  }
});

test("ed25519 in PKCS8 signs what its public half verifies", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const key = loadPrivateKey(pem);
  expect(key.verify("text", key.sign("text"))).toBe(true);
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  expect(key.getPublicSSH().subarray(-32)).toEqual(Buffer.from(x, "base64url"));
});

describe("what is no key", () => {
  const x448 = generateKeyPairSync("x448").privateKey;
  test.each([
    ["empty", "", "is empty"],
    ["blank", " \n ", "is empty"],
    ["some text", "hunter2", "does not begin with"],
    ["a public key", "ssh-ed25519 AAAA me", "public key"],
    ["cut off", makeKey(join(directory, "cut"), "ed25519").slice(0, 200), "cut off"],
    ["a cut PKCS8", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----", "cut off"],
    [
      "a certificate",
      "-----BEGIN CERTIFICATE-----\nMC4CAQ\n-----END CERTIFICATE-----",
      "does not begin with",
    ],
    ["X448", x448.export({ type: "pkcs8", format: "pem" }).toString(), "type x448"],
  ])("%s", (_, text, says) => {
    expect(() => loadPrivateKey(text)).toThrow(says);
    expect(() => loadPrivateKey(text)).toThrow(
      expect.objectContaining({ code: "bad-private-key" }),
    );
  });
});
