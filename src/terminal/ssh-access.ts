import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HostAccess } from "../execute/host-pool-for.ts";
import { checkPassphrase, wantsPassphrase } from "../execute/private-key.ts";
import type { Prepared } from "../execute/prepare.ts";
import { RefusedError } from "../execute/request.ts";
import { askSecretly } from "./ask.ts";
import type { Terminal } from "./terminal.ts";
import { errorText } from "../config/error-text.ts";

/** The options of every command that connects to hosts. */
export const accessOptions = {
  identity: {
    value: "FILE",
    about:
      "private key that opens the hosts; its passphrase is read from SSH_PASSPHRASE, or asked for. Without it: the keys of the SSH agent (SSH_AUTH_SOCK)",
  },
  "known-hosts": {
    value: "FILE",
    about: "pinned host keys; a host without one is never connected to",
    default: "~/.ssh/known_hosts",
  },
} as const;

interface AccessValues {
  readonly identity: string | undefined;
  readonly "known-hosts": string;
}

/** What opens the hosts; a journal on this machine needs no key. */
export function accessFor(
  values: AccessValues,
  { inventory }: Prepared,
  terminal: Terminal,
): HostAccess | Promise<HostAccess> {
  if (inventory.journal.host !== undefined) return readAccess(values, terminal);
  const none = { sshPrivateKey: undefined, sshPassphrase: undefined, sshAgent: undefined };
  return { ...none, knownHosts: "" };
}

/** What opens the hosts, read and tried before anything is connected. */
async function readAccess(values: AccessValues, terminal: Terminal): Promise<HostAccess> {
  const knownHosts = await readText(
    values["known-hosts"],
    "pin the hosts' keys there, or name another file with --known-hosts",
  );
  if (values.identity !== undefined)
    return { knownHosts, sshAgent: undefined, ...(await readKey(values.identity, terminal)) };
  const sshAgent = terminal.env["SSH_AUTH_SOCK"] || undefined;
  if (sshAgent === undefined)
    throw new RefusedError(
      "no key is given, and there is no SSH agent (SSH_AUTH_SOCK)",
      "give --identity FILE, or start an agent and add the key with ssh-add",
    );
  return { knownHosts, sshAgent, sshPrivateKey: undefined, sshPassphrase: undefined };
}

async function readKey(
  file: string,
  terminal: Terminal,
): Promise<Pick<HostAccess, "sshPrivateKey" | "sshPassphrase">> {
  const sshPrivateKey = await readText(file, "name the file of the private key with --identity");
  const encrypted = blaming(file, () => wantsPassphrase(sshPrivateKey));
  if (!encrypted) return { sshPrivateKey, sshPassphrase: undefined };
  const sshPassphrase =
    terminal.env["SSH_PASSPHRASE"] ||
    (terminal.interactive ? await askSecretly(`Passphrase of ${file}: `, terminal) : undefined);
  if (sshPassphrase === undefined)
    throw new RefusedError(
      `${file} is encrypted and no passphrase is given`,
      "set SSH_PASSPHRASE, or run this in a terminal, where it is asked for",
    );
  blaming(file, () => checkPassphrase(sshPrivateKey, sshPassphrase));
  return { sshPrivateKey, sshPassphrase };
}

function blaming<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const why = errorText(error);
    throw new RefusedError(
      `${file}: ${why}`,
      "give a private key that can be read, and the passphrase that belongs to it",
    );
  }
}

async function readText(file: string, next: string): Promise<string> {
  const path = file.startsWith("~/") ? join(homedir(), file.slice(2)) : file;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new RefusedError(`${file} cannot be read (${why})`, next);
  }
}
