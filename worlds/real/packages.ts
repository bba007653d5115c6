import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { runCommand } from "./run-command.ts";

/** One part of the real world: the program that proves it is there, and the Debian package that brings it. */
export interface Part {
  readonly name: string;
  readonly packages: readonly string[];
  /** Absolute, or looked up in PATH. */
  readonly program: string;
}

/** Everything that the real world is made of, as Debian packages it. */
const parts: readonly Part[] = [
  { name: "OpenSSH server", packages: ["openssh-server"], program: "/usr/sbin/sshd" },
  { name: "OpenSSH client", packages: ["openssh-client"], program: "ssh-keygen" },
  { name: "Erlang/OTP", packages: ["erlang-base"], program: "erlc" },
  { name: "run_erl", packages: ["erlang-base"], program: "run_erl" },
  { name: "erl_call", packages: ["erlang-base"], program: "erl_call" },
  { name: "Redis", packages: ["redis-server"], program: "redis-server" },
  { name: "redis-cli", packages: ["redis-tools"], program: "redis-cli" },
  { name: "PostgreSQL", packages: ["postgresql"], program: "postgres" },
  { name: "psql", packages: ["postgresql-client"], program: "psql" },
  { name: "sqitch", packages: ["sqitch", "libdbd-pg-perl"], program: "/usr/bin/sqitch" },
  { name: "Perl's driver for PostgreSQL", packages: ["libdbd-pg-perl"], program: "DBD::Pg" },
  { name: "make", packages: ["make"], program: "make" },
  { name: "curl", packages: ["curl"], program: "curl" },
];

/** What only tests want: a second POSIX shell with its own coreutils, and certificates. */
export const testParts: readonly Part[] = [
  { name: "busybox", packages: ["busybox"], program: "/bin/busybox" },
  { name: "OpenSSL", packages: ["openssl"], program: "openssl" },
];

/** Why a part cannot be had, so that a person, or CI, sees which and what to do. */
export class MissingPartsError extends Error {
  override readonly name = "MissingPartsError";
  readonly missing: readonly Part[];

  constructor(missing: readonly Part[], why: string) {
    const names = missing.map(({ name }) => name).join(", ");
    super(`the real world lacks ${names}: ${why}. Next: sudo ${installCommand(missing)}`);
    this.missing = missing;
  }
}

/** The parts that are not on this machine. */
export async function missingParts(also: readonly Part[] = []): Promise<readonly Part[]> {
  const wanted = [...parts, ...also];
  const found = await Promise.all(wanted.map(hasPart));
  return wanted.filter((_, index) => found[index] !== true);
}

/** Makes sure that every part is there: installs what is missing where that is allowed, and says what is not. */
export async function ensurePackages(
  log: (line: string) => void,
  also: readonly Part[] = [],
): Promise<void> {
  const missing = await missingParts(also);
  if (missing.length === 0) return;
  const sudo = await rootPrefix();
  if (sudo === undefined) {
    throw new MissingPartsError(missing, "this user is not root and sudo asks for a password");
  }
  log(`installing ${packagesOf(missing).join(" ")}`);
  await install(sudo, missing).catch((error: unknown) => {
    throw new MissingPartsError(
      missing,
      `apt-get failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const still = await missingParts(also);
  if (still.length > 0)
    throw new MissingPartsError(still, "apt-get installed it and it is still not there");
}

/** Where Debian keeps a server's programs of PostgreSQL: not in PATH, one folder per version. */
export async function postgresBin(): Promise<string> {
  const listed = await runCommand("/bin/sh", [
    "-c",
    "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1",
  ]);
  return listed.trim();
}

/** Where Debian keeps the program that asks a running node one question without an Erlang of its own. */
export async function erlCall(): Promise<string> {
  const listed = await runCommand("/bin/sh", [
    "-c",
    'ls -d "$(dirname "$(readlink -f "$(command -v erl)")")"/../erts-*/bin/erl_call | sort -V | tail -n 1',
  ]);
  return listed.trim();
}

function installCommand(missing: readonly Part[]): string {
  return `apt-get install --no-install-recommends ${packagesOf(missing).join(" ")}`;
}

function packagesOf(missing: readonly Part[]): string[] {
  return [...new Set(missing.flatMap(({ packages }) => packages))];
}

async function hasPart({ program }: Part): Promise<boolean> {
  if (program === "DBD::Pg") return succeeds("perl", ["-MDBD::Pg", "-e", "1"]);
  if (program === "postgres") return executable(join(await postgresBin().catch(() => ""), program));
  if (program === "erl_call") return executable(await erlCall().catch(() => ""));
  if (program.startsWith("/")) return executable(program);
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => executable(join(folder, program)));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return runCommand(command, args).then(
    () => true,
    () => false,
  );
}

/** How to become root without being asked anything: not at all, by sudo, or by no way. */
export async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  return (await succeeds("sudo", ["-n", "true"])) ? ["sudo", "-n"] : undefined;
}

/**
 * Debian starts a service as soon as it is installed, unless a policy forbids it. The world never
 * uses Debian's own services, so a policy stands while apt-get runs; one that is already there stays.
 */
async function install(sudo: readonly string[], missing: readonly Part[]): Promise<void> {
  const script = `set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"`;
  const [command = "/bin/sh", ...args] = [
    ...sudo,
    "/bin/sh",
    "-c",
    script,
    "install",
    ...packagesOf(missing),
  ];
  await runCommand(command, args);
}
