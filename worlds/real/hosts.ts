import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { hostNames } from "../common/inventory-file.ts";
import type { HostName } from "../common/inventory-file.ts";

/** What a host looks like from inside: its folder stands for its root. */
export function hostFolder(directory: string, host: HostName): string {
  return join(hostsFolder(directory), host);
}

/** The folders of all hosts. */
export function hostsFolder(directory: string): string {
  return join(directory, "hosts");
}

/** Makes the folders of all hosts, each with the programs that differ from the machine's own. */
export function makeHosts(directory: string): void {
  for (const host of hostNames) {
    mkdirSync(hostFolder(directory, host), { recursive: true });
    cpSync(join(import.meta.dirname, "host"), hostFolder(directory, host), { recursive: true });
  }
}
