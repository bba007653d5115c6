import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type CommandLine = readonly [string, ...string[]];

/**
 * Where terminals do not belong to the group `tty` (a /dev/pts that was mounted without `gid`, as in
 * some sandboxes), an sshd that is not root fails to give them to that group and drops the
 * connection. There it runs in a namespace of its own in which the group does not exist, and lets
 * the terminal be as it is. Everywhere else, and for root, the command stays what it is.
 */
export function withTerminals(folder: string, command: CommandLine): CommandLine {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const tty = groupId("tty");
  if (uid === 0 || tty === undefined || terminalGroup() === tty) return command;
  const groups = join(folder, "group");
  writeFileSync(
    groups,
    readGroups()
      .filter((line) => !line.startsWith("tty:"))
      .join("\n"),
  );
  const script = `mount --bind "$1" /etc/group || {
  echo "sshd could not give out terminals here: /dev/pts is mounted without gid=${tty}, and a namespace is not allowed." >&2
  echo "Next: sudo mount -o remount,gid=${tty},mode=620 /dev/pts, or run as root." >&2
  exit 1
}
shift
exec unshare --map-user=${uid} --map-group=${gid} "$@"`;
  return [
    "unshare",
    "--map-root-user",
    "--mount",
    "/bin/sh",
    "-c",
    script,
    "sh",
    groups,
    ...command,
  ];
}

function groupId(name: string): number | undefined {
  const line = readGroups().find((entry) => entry.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(":")[2]);
}

/** The group that the kernel gives every new terminal, if it was told one. */
function terminalGroup(): number | undefined {
  const options = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .findLast(([, place, type]) => place === "/dev/pts" && type === "devpts")?.[3];
  const gid = /(?:^|,)gid=(\d+)/.exec(options ?? "")?.[1];
  return gid === undefined ? undefined : Number(gid);
}

function readGroups(): string[] {
  return readFileSync("/etc/group", "utf8").split("\n");
}
