import { startSshHost, type SshHostOptions } from "../../worlds/embedded/ssh-host.ts";

/*
 * The SSH servers of all grounds, in a small process of their own: each command is a fork, and a fork of a process
 * with little memory costs a tenth. Takes their options as JSON, says their ports as JSON, ends with its input.
 */
const options = JSON.parse(process.argv[2] ?? "[]") as readonly SshHostOptions[];
const servers = await Promise.all(options.map((one) => startSshHost(one)));
process.stdout.write(`${JSON.stringify(servers.map(({ port }) => port))}\n`);
process.stdin.on("end", () => process.exit(0)).resume();
