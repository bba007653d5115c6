import { createPrivateKey } from "node:crypto";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { signHeaders } from "../../src/chef/sign.ts";
import { install } from "./packages.ts";

/** What a node knows of its Chef server and of what it has to install; beside it stand its key and the authority. */
export interface ClientSettings {
  readonly url: string;
  readonly node: string;
  readonly bag: string;
  readonly item: string;
  readonly role: string;
  readonly package: string;
  /** Paths below the host's root. */
  readonly files: readonly string[];
}

interface Run {
  readonly host: string;
  readonly started: number;
  readonly settings: ClientSettings;
  updated: number;
}

/** Stands for `chef-client` on a host: installs the release that the environment's data bag item names. */
async function main(host: string): Promise<number> {
  const settings = JSON.parse(
    readFileSync(join(host, "etc/chef/client.json"), "utf8"),
  ) as ClientSettings;
  const run: Run = { host, started: Date.now(), settings, updated: 0 };
  const lock = join(host, "var/chef-client.lock");
  try {
    mkdirSync(lock);
  } catch {
    say("Chef Client is already running on this host.");
    return 1;
  }
  // As the real one: without a terminal it says nothing unless it is told how.
  told = process.stdout.isTTY || process.argv.includes("--format");
  try {
    say("Starting Chef Client, version 11.16.4");
    say(`resolving cookbooks for run list: ["role[${settings.role}]"]`);
    say("Converging 1 resources");
    converge(run, await wantedVersion(run));
    say(`Chef Client finished, ${run.updated}/1 resources updated in ${took(run)}`);
    return 0;
  } catch (error) {
    say(`Chef Client failed. ${run.updated} resources updated in ${took(run)}`);
    process.stderr.write(`FATAL: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    rmdirSync(lock);
  }
}

function converge(run: Run, version: string): void {
  const { host, settings } = run;
  say(`  * package[${settings.package}] action install`);
  const stale = install(host, { name: settings.package, files: settings.files }, version);
  run.updated = stale.length === 0 ? 0 : 1;
  say(stale.length === 0 ? " (up to date)" : `    - install version ${version}`);
}

async function wantedVersion({ host, settings }: Run): Promise<string> {
  const { versions = {} } = JSON.parse(await getItem(host, settings)) as {
    versions?: Readonly<Record<string, string>>;
  };
  const version = versions[settings.package];
  if (version === undefined)
    throw new Error(`data bag item ${settings.bag}/${settings.item} names no ${settings.package}`);
  return version;
}

function getItem(host: string, { url, node, bag, item }: ClientSettings): Promise<string> {
  const at = new URL(`${url}/data/${bag}/${item}`);
  const key = createPrivateKey(readFileSync(join(host, "etc/chef/client.pem")));
  const headers = signHeaders(
    { version: "1.3", method: "GET", path: at.pathname, body: "", client: node, at: new Date() },
    key,
  );
  const ca = readFileSync(join(host, "etc/chef/trusted.pem"));
  return new Promise((resolve, reject) => {
    const sent = request(at, { headers, ca }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`${at.pathname} answers ${response.statusCode}: ${text}`)),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

function took({ started }: Run): string {
  return `${String(Math.round((Date.now() - started) / 1000)).padStart(2, "0")} seconds`;
}

let told = false;

function say(line: string): void {
  if (!told) return;
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv[2] ?? "/");
