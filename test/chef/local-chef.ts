import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { ChefClient, type ChefClientOptions } from "../../src/chef/client.ts";
import { rsaKeyPair } from "../../worlds/common/rsa-key-pair.ts";
import { type ChefServerOptions, LocalChef } from "../../worlds/chef/start-chef.ts";

const keys = rsaKeyPair();
export const clientKey = keys.private;

/** An authority's certificate, and one of it for 127.0.0.1 or for what is given; made by OpenSSL. */
export function certificates(name = "IP:127.0.0.1"): { ca: string; cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "chef-tls-"));
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const own = ["-subj", "/CN=chef", "-addext", `subjectAltName=${name}`];
  try {
    openssl("req", "-x509", ...ec, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem");
    const by = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-addext",
      "basicConstraints=critical,CA:false",
    ];
    openssl("req", "-x509", ...ec, ...own, ...by, "-keyout", "key.pem", "-out", "cert.pem");
    return { ca: text("ca.pem"), cert: text("cert.pem"), key: text("key.pem") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A Chef server that knows one client; the test's end stops it. */
export async function startChef(options: Partial<ChefServerOptions> = {}): Promise<LocalChef> {
  const chef = new LocalChef({ clients: { runner: keys.public }, ...options });
  await chef.start();
  onTestFinished(() => chef.stop());
  return chef;
}

/** A client of it that waits for nothing, and what it waited. */
export function clientOf(
  chef: Pick<LocalChef, "url">,
  options: Partial<ChefClientOptions> = {},
): { readonly client: ChefClient; readonly waits: number[] } {
  const waits: number[] = [];
  const client = new ChefClient({
    url: chef.url,
    client: "runner",
    key: clientKey,
    version: "1.3",
    plainHttp: true,
    open: async (address, port) => {
      const socket = connect({ host: address, port });
      await once(socket, "connect");
      return socket;
    },
    now: () => new Date(),
    sleep: async (seconds) => void waits.push(seconds),
    signal: new AbortController().signal,
    ...options,
  });
  return { client, waits };
}
