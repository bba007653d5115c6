/* A client of its own, so that a test can kill it: follows one job and prints its lines. */
import { readFileSync } from "node:fs";
import { runJob } from "../../../src/transport/job.ts";
import { HostPool } from "../../../src/transport/ssh/host-pool.ts";
import { KnownHosts } from "../../../src/transport/ssh/known-hosts.ts";

const { host, knownHosts, privateKey, spec } = JSON.parse(readFileSync(0, "utf8"));
const pool = new HostPool({
  hosts: new Map([[host.name, host]]),
  knownHosts: KnownHosts.parse(knownHosts),
  privateKey,
});
await runJob(await pool.get(host.name), spec, {
  onOutput: (_, line) => process.stdout.write(`${line}\n`),
});
await pool.closeAll();
