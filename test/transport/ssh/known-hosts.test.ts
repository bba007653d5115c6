import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";

const ed25519 = `ssh-ed25519 ${keyText("ssh-ed25519", 32)}`;
const rsa = `ssh-rsa ${keyText("ssh-rsa", 3, 257)}`;

function keyText(type: string, ...fields: number[]): string {
  const parts = [Buffer.from(type), ...fields.map((length) => Buffer.alloc(length, 7))];
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part])).toString("base64");
}

function lengthOf(part: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(part.length);
  return bytes;
}

const types = (text: string, host: string, port = 22): string[] =>
  KnownHosts.parse(text)
    .lookup(host, port)
    .keys.map((key) => key.type);

describe("what a line matches", () => {
  test.each([
    ["db1", "db1", 22, true],
    ["DB1.Example.com", "db1.example.COM", 22, true],
    ["db1", "db1", 2222, false],
    ["[db1]:2222", "db1", 2222, true],
    ["[db1]:2222", "db1", 22, false],
    ["[db1]:22", "db1", 22, true],
    ["db1,10.0.0.1", "10.0.0.1", 22, true],
    ["*.example.com", "db1.example.com", 22, true],
    ["*.example.com", "db1xexample.com", 22, false],
    ["db?", "db1", 22, true],
    ["db?", "db12", 22, false],
    ["[*.example.com]:2222", "a.example.com", 2222, true],
    ["*.example.com,!db1.example.com", "db1.example.com", 22, false],
    ["!db1.example.com,*.example.com", "db2.example.com", 22, true],
    ["!db1", "db2", 22, false],
    ["::1", "::1", 22, true],
  ])("%s for %s:%i is %s", (pattern, host, port, matches) => {
    expect(types(`${pattern} ${ed25519}`, host, port)).toEqual(matches ? ["ssh-ed25519"] : []);
  });

  test("names that ssh-keygen hashed, with and without port", () => {
    const directory = mkdtempSync(join(tmpdir(), "known-hosts-"));
    const file = join(directory, "known_hosts");
    writeFileSync(file, `db1.example.com ${ed25519}\n[db1.example.com]:2222 ${rsa}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const hashed = readFileSync(file, "utf8");
    rmSync(directory, { recursive: true });
    expect(hashed).not.toContain("example");
    expect(types(hashed, "DB1.example.com")).toEqual(["ssh-ed25519"]);
    expect(types(hashed, "db1.example.com", 2222)).toEqual(["ssh-rsa"]);
    expect(types(hashed, "db2.example.com")).toEqual([]);
  });
});

test("comments, empty lines, CRLF, tabs, a byte order mark and trailing comments are read past", () => {
  const text = `\uFEFF# pinned by hand\r\n\r\n  db1\t${ed25519} root@db1 again\r\ndb1 ${rsa}\r\n`;
  expect(types(text, "db1")).toEqual(["ssh-ed25519", "ssh-rsa"]);
});

test("a revoked key is told apart from a pinned one", () => {
  const found = KnownHosts.parse(`@revoked * ${rsa}\ndb1 ${ed25519}\n`).lookup("db1", 22);
  expect(found.keys.map((key) => key.type)).toEqual(["ssh-ed25519"]);
  expect(found.revoked.map((key) => key.type)).toEqual(["ssh-rsa"]);
});

describe("what is refused, with its line", () => {
  test.each([
    [`@cert-authority *.example.com ${ed25519}`, "@cert-authority"],
    [`@unknown db1 ${ed25519}`, "@unknown"],
    ["db1 ssh-ed25519", "fewer fields"],
    ["db1 ssh-ed25519 not*base64", "base64"],
    [`db1 ssh-rsa ${ed25519.split(" ")[1]}`, "says it is ssh-ed25519"],
    [`db1 ${ed25519.slice(0, -12)}`, "cut off"],
    [`|1|broken ${ed25519}`, "hashed host name"],
  ])("%s", (line, says) => {
    const parse = (): KnownHosts => KnownHosts.parse(`# first\n${line}\n`);
    expect(parse).toThrow("known_hosts, line 2:");
    expect(parse).toThrow(says);
    expect(parse).toThrow(
      expect.objectContaining({ code: "bad-known-hosts", next: expect.stringMatching(/\w/) }),
    );
  });
});
