import { parseTerm } from "../../erlang/parse.ts";
import { textOf } from "../../erlang/print.ts";
import { TransportError } from "../connection.ts";
import type { Connection } from "../connection.ts";
import type { ConsoleOptions, NodeIdentity } from "./console.ts";
import { keeperVersion } from "./keeper.ts";
import { helloLine } from "./protocol.ts";
import { ShellSession } from "./shell-session.ts";
import { claiming, hangUpEarlier } from "./terminal-claim.ts";

/** A console that can be asked, or why not; nothing was evaluated in either case. */
export type Attachment =
  | { readonly kind: "attached"; readonly session: ShellSession; readonly identity: NodeIdentity }
  /** `taken` when another terminal is at the console. */
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly next: string;
      readonly taken?: boolean;
    }
  | { readonly kind: "lost"; readonly reason: string };

const terminal = { columns: 500, rows: 50 };

/** Attaches to the console of a node without evaluating anything that was typed before; our side is closed on the signal. */
export async function attach(
  connection: Connection,
  options: ConsoleOptions,
  closing: AbortSignal,
): Promise<Attachment> {
  try {
    const first = await attachOnce(connection, options, closing);
    const { claim, name } = options;
    if (first.kind !== "refused" || first.taken !== true || claim === undefined) return first;
    if (!(await hangUpEarlier(connection, name, claim))) return first;
    return await attachOnce(connection, options, closing);
  } catch (error) {
    if (error instanceof TransportError) return { kind: "lost", reason: error.message };
    throw error;
  }
}

async function attachOnce(
  connection: Connection,
  options: ConsoleOptions,
  closing: AbortSignal,
): Promise<Attachment> {
  const { attach: line, directory, name, claim } = options;
  const command = { line, directory };
  const session = new ShellSession(
    await connection.open(claim === undefined ? command : claiming(command, name, claim), terminal),
  );
  if (closing.aborted) session.drop();
  else closing.addEventListener("abort", () => session.drop(), { once: true });
  const attachment = await enter(session, options);
  if (attachment.kind !== "attached") session.drop();
  return attachment;
}

const openings =
  /Attaching to [^\n]*to exit\)|Node is not running!|No running Erlang on pipe|Another to_erl process already attached|\[sudo\] password for|[Pp]assword[^\n]*: ?$/;

async function enter(session: ShellSession, options: ConsoleOptions): Promise<Attachment> {
  const sight = await session.transcript.until(openings, 20);
  if (sight.kind !== "seen") return explainSilence(session, options, sight.kind);
  const [opening] = sight.match;
  if (opening.startsWith("Attaching")) return openShell(session, options);
  if (/not running|No running/.test(opening)) return notRunning(options);
  return opening.startsWith("Another") ? somebodyElse(options) : passwordWanted(options);
}

async function explainSilence(
  session: ShellSession,
  options: ConsoleOptions,
  kind: "timeout" | "ended",
): Promise<Attachment> {
  const printed = session.transcript.text
    .replace(/[^ -~]+/g, " ")
    .trim()
    .slice(-200);
  const said = printed === "" ? "nothing" : `"${printed}"`;
  if (kind === "ended" && (await session.ended()).kind === "lost") {
    return { kind: "lost", reason: session.reason };
  }
  const how = kind === "ended" ? "ended" : "did not attach";
  return {
    kind: "refused",
    reason: `"${options.attach}" ${how} on ${options.host} and printed ${said}`,
    next: `try "${options.attach}" by hand in ${options.directory}`,
  };
}

function notRunning(options: ConsoleOptions): Attachment {
  return {
    kind: "refused",
    reason: `the node ${options.node} is not running on ${options.host}`,
    next: `start the console ${options.name} ("${options.start}" in ${options.directory})`,
  };
}

function somebodyElse(options: ConsoleOptions): Attachment {
  return {
    kind: "refused",
    reason: `somebody else is attached to the console ${options.name} on ${options.host}`,
    next: "ask them to leave it with ^D (never ^C), or end a to_erl that a dead connection left, then run again",
    taken: true,
  };
}

function passwordWanted(options: ConsoleOptions): Attachment {
  return {
    kind: "refused",
    reason: `sudo asks for a password on ${options.host} ("${options.attach}")`,
    next: "let the SSH user run this command with sudo without a password",
  };
}

async function openShell(session: ShellSession, options: ConsoleOptions): Promise<Attachment> {
  const shell = await session.openShell();
  if (shell.kind === "plain") return plainShell(session, options);
  if (shell.kind === "none") return noShell(session, options);
  if (shell.node !== undefined && shell.node !== options.node) {
    return otherNode(session, options, shell.node);
  }
  return greet(session, options);
}

function noShell(session: ShellSession, options: ConsoleOptions): Attachment {
  if (!session.isOpen) return { kind: "lost", reason: session.reason };
  return {
    kind: "refused",
    reason: `the console ${options.name} on ${options.host} gives no fresh shell (^G, s, c)`,
    next: `look at it with "${options.attach}": the node may hang, or its break menu may be open`,
  };
}

async function plainShell(session: ShellSession, options: ConsoleOptions): Promise<Attachment> {
  await session.leave();
  return {
    kind: "refused",
    reason: `the node ${options.node} on ${options.host} was started without a terminal type, so its shell has no job control`,
    next: `stop it and start it with TERM set ("TERM=xterm ${options.start}"), as this tool's own start does`,
  };
}

async function otherNode(
  session: ShellSession,
  options: ConsoleOptions,
  found: string,
): Promise<Attachment> {
  await session.leave();
  return {
    kind: "refused",
    reason: `the console ${options.name} on ${options.host} belongs to the node ${found}, not ${options.node}`,
    next: "correct the console's node or directory in the runbook or the inventory",
  };
}

/** Starts the keeper and learns who the node is. */
async function greet(session: ShellSession, options: ConsoleOptions): Promise<Attachment> {
  const reply = await session.request(helloLine, 15);
  if (reply.kind === "lost") return reply;
  const hello = reply.kind === "text" ? parseHello(reply.text) : undefined;
  if (hello === undefined) {
    return {
      kind: "lost",
      reason: `the node on ${options.host} does not answer in its fresh shell`,
    };
  }
  if (hello.node !== options.node) return otherNode(session, options, hello.node);
  if (hello.version !== keeperVersion) return otherVersion(session, options, hello.version);
  return { kind: "attached", session, identity: hello.identity };
}

async function otherVersion(
  session: ShellSession,
  options: ConsoleOptions,
  version: number,
): Promise<Attachment> {
  await session.leave();
  return {
    kind: "refused",
    reason: `the node ${options.node} keeps answers in format ${version}, and this version reads ${keeperVersion}`,
    next: "finish the round with the version that began it, or restart the console",
  };
}

interface Hello {
  readonly version: number;
  readonly node: string;
  readonly identity: NodeIdentity;
}

/** Reads `{hello,Version,Node,"Pid",StartedAt}`. */
export function parseHello(text: string): Hello | undefined {
  const term = parseTerm(text);
  if (term.type !== "tuple" || term.items.length !== 5) return undefined;
  const [, version, node, pid, started] = term.items;
  const id = pid === undefined ? undefined : textOf(pid);
  if (version?.type !== "integer" || node?.type !== "atom" || id === undefined) return undefined;
  if (started?.type !== "integer") return undefined;
  const identity = { pid: id, startedAt: Number(started.value) };
  return { version: Number(version.value), node: node.name, identity };
}
