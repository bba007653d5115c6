/*
 * What is typed into the attached shell and what comes back. Pure functions; no I/O.
 *
 * REQUESTS. Each is one typed line of printable ASCII, ended by CR. `…` is free text; T1 and T2 are
 * 16 lower-case hex digits each, fresh for every line; ID is 1 to 200 of [A-Za-z0-9._:/@-];
 * WAIT is in milliseconds; TEXT is an Erlang string literal (escapes: \" \\ \x{H…} only).
 *
 *   runbook_phase_boot, …, runbook_phase ! {hello,group_leader(),"T1","T2"}, ok.
 *   runbook_phase ! {ask,group_leader(),"T1","T2",<<"ID">>,WAIT,"TEXT"}, ok.
 *   runbook_phase ! {poll,group_leader(),"T1","T2",<<"ID">>,WAIT}, ok.
 *   runbook_phase ! {forget,group_leader(),"T1","T2",<<"ID">>}, ok.
 *
 * `parseRequest(line)` recognises the four and decodes them. The shell itself prints `ok` and its next prompt
 * at once; the answer comes on its own from a process of the node, whenever it is there.
 *
 * ANSWERS. One frame for each request, printed by a single write, so that it stands alone on its line:
 *
 *   T1T2:SIZE:BASE64:T1T2
 *
 * BASE64 is zlib-compressed latin1 text of SIZE bytes: a term as `~w` prints it. The two halves are joined only
 * here, so the echo of a request never looks like its answer. A reader drops control bytes and blanks
 * inside a frame: a terminal wraps long lines with " \b". `formatFrame(token, text)` writes one.
 *
 *   to hello    {hello,1,'mover@127.0.0.1',"OS PID",STARTED}    STARTED in whole seconds since 1970, the same for one life
 *               (as everywhere in `~w` a string is printed as [57,54,54,52]; readers take both)
 *   to ask      {value,TERM} · {exception,error|exit|throw,TERM} · {undefined,"m:f/1"} · {syntax,"why"} · no_dot ·
 *               {too_large,BYTES} · running · other_expression
 *   to poll     the same, or unknown, or keeper_lost
 *   to forget   forgotten · running
 *
 * SESSION. What the attach command shows before and around that (bytes as to_erl and the node send them):
 *
 *   attached               Attaching to PIPE (^D to exit) CR LF CR LF
 *   ^G, arriving alone     CR LF "User switch command" CR LF " --> "; in the menu already: BEL
 *   j CR                   echo, CR LF, a line for each shell ("   1* {shell,start,[init]}"; * is the current one), " --> "
 *   s CR                   echo, CR LF, " --> "; the new shell has the next number and is the current one
 *   c CR, first time       echo, CR LF, "Eshell V…  (abort with ^G)" CR LF "(NODE)1> "
 *   c N CR, known shell    echo, CR LF, and nothing more: its half-typed line is as it was
 *   k N CR                 echo, CR LF, " --> "
 *   ^A ^K CR in the menu   CR LF " --> "
 *   ^D, arriving alone     "[Quit]" CR LF, exit 0
 *   node down              "Node is not running!", exit 1
 *   attached by another    "Another to_erl process already attached to pipe PIPE.", exit 0
 *   node ends meanwhile    "[End]"
 *
 * Attaching is ^G, j, s, j, c, then hello; detaching is ^G, k OWN, j, c BEFORE, then ^D.
 *
 * KEEPER SEMANTICS. `ask` with an unknown ID starts the evaluation in a process of its own, which nothing but
 * its own end stops, and keeps its answer under ID until `forget`. `ask` with a known ID never evaluates: it
 * waits for the running evaluation or repeats the kept answer; with another TEXT than the first it is
 * `other_expression`. `poll` never evaluates; an ID that is not known is `unknown`, or `keeper_lost` where an
 * earlier keeper of this node died and nobody can tell what it knew. Both wait at most WAIT for
 * the end and then answer `running`. `forget` of an unknown ID is `forgotten` too, of a running one it is `running` and
 * drops nothing. Everything is gone when the node ends, nothing when a shell or a connection does.
 */
import { randomBytes } from "node:crypto";
import { inflateSync, deflateSync } from "node:zlib";
import { encodeErlang } from "../../erlang/encode.ts";
import { keeperSource } from "./keeper.ts";

/** Two halves that stand apart in what is typed and together in what is answered. */
export interface Token {
  readonly first: string;
  readonly second: string;
}

/** A request as a stand-in reads it. */
export type Request =
  | { readonly kind: "hello"; readonly token: string }
  | {
      readonly kind: "ask";
      readonly token: string;
      readonly id: string;
      readonly waitMilliseconds: number;
      readonly text: string;
    }
  | {
      readonly kind: "poll";
      readonly token: string;
      readonly id: string;
      readonly waitMilliseconds: number;
    }
  | { readonly kind: "forget"; readonly token: string; readonly id: string };

/** 128 random bits: no log line or result can hold them by chance or on purpose. */
export function createToken(): Token {
  const digits = randomBytes(16).toString("hex");
  return { first: digits.slice(0, 16), second: digits.slice(16) };
}

/** Starts the keeper where there is none, and asks the node who it is. */
export function helloLine(token: Token): string {
  const source = keeperSource.replace(/\s+/g, " ").trim();
  return `runbook_phase_boot, ${source}, runbook_phase ! {hello,${address(token)}}, ok.`;
}

/** Evaluates under an id, or reads what the id already gave. */
export function askLine(token: Token, id: string, waitMilliseconds: number, text: string): string {
  const literal = encodeErlang(text);
  return `runbook_phase ! {ask,${address(token)},<<"${id}">>,${waitMilliseconds},${literal}}, ok.`;
}

/** Waits on an id; never evaluates. */
export function pollLine(token: Token, id: string, waitMilliseconds: number): string {
  return `runbook_phase ! {poll,${address(token)},<<"${id}">>,${waitMilliseconds}}, ok.`;
}

/** Drops a kept answer. */
export function forgetLine(token: Token, id: string): string {
  return `runbook_phase ! {forget,${address(token)},<<"${id}">>}, ok.`;
}

function address({ first, second }: Token): string {
  return `group_leader(),"${first}","${second}"`;
}

const requestShape =
  /runbook_phase ! \{(hello|ask|poll|forget),group_leader\(\),"([0-9a-f]{16})","([0-9a-f]{16})"(?:,<<"([\w.:/@-]{1,200})">>)?(?:,(\d+))?(?:,"((?:[^"\\]|\\.)*)")?\}, ok\.\s*$/;

/** Reads a typed line as a stand-in for the node must; `undefined` is somebody's own line. */
export function parseRequest(line: string): Request | undefined {
  const [, kind, first, second, id, wait, literal] = requestShape.exec(line) ?? [];
  const token = `${first}${second}`;
  if (kind === "hello") return { kind, token };
  if (id === undefined) return undefined;
  if (kind === "forget") return { kind, token, id };
  if (wait === undefined) return undefined;
  if (kind === "poll") return { kind, token, id, waitMilliseconds: Number(wait) };
  if (kind !== "ask" || literal === undefined) return undefined;
  return { kind, token, id, waitMilliseconds: Number(wait), text: decodeLiteral(literal) };
}

function decodeLiteral(literal: string): string {
  return literal.replace(
    /\\(?:x\{([0-9a-f]+)\}|(.))/g,
    (_, hex: string | undefined, other: string) =>
      hex === undefined ? other : String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

/** Writes the answer to a request as the node prints it. */
export function formatFrame(token: string, text: string): string {
  const bytes = Buffer.from(text, "latin1");
  return `\r\n${token}:${bytes.length}:${deflateSync(bytes).toString("base64")}:${token}\r\n`;
}

/** `damaged` means that something else was printed into the frame: ask again. */
export type Frame = { readonly kind: "text"; readonly text: string } | { readonly kind: "damaged" };

/** Finds one frame in a stream that may be cut anywhere and wrapped at any column. */
export class FrameReader {
  readonly #token: string;
  #before = "";
  #inside: string[] | undefined;
  #tail = "";

  constructor(token: Token) {
    this.#token = token.first + token.second;
  }

  /** Whether the frame has begun. */
  get isInside(): boolean {
    return this.#inside !== undefined;
  }

  /** Takes the next piece of the stream, as latin1; answers once the frame is whole. */
  push(piece: string): Frame | undefined {
    if (this.#inside !== undefined) return this.#collect(piece);
    const seen = this.#before + piece;
    const start = seen.indexOf(`${this.#token}:`);
    this.#before = start < 0 ? seen.slice(-this.#token.length) : "";
    if (start < 0) return undefined;
    this.#inside = [];
    return this.#collect(seen.slice(start + this.#token.length + 1));
  }

  #collect(piece: string): Frame | undefined {
    const plain = piece.replace(/[^!-~]/g, "");
    this.#inside?.push(plain);
    const recent = this.#tail + plain;
    const end = `:${this.#token}`;
    this.#tail = recent.slice(-end.length);
    if (!recent.includes(end)) return undefined;
    const all = (this.#inside ?? []).join("");
    return decodeBody(all.slice(0, all.indexOf(end)));
  }
}

function decodeBody(body: string): Frame {
  const [, size, base64] = /^(\d{1,9}):([A-Za-z0-9+/=]*)$/.exec(body) ?? [];
  if (size === undefined || base64 === undefined) return { kind: "damaged" };
  try {
    const bytes = inflateSync(Buffer.from(base64, "base64"), { maxOutputLength: Number(size) + 1 });
    if (bytes.length !== Number(size)) return { kind: "damaged" };
    return { kind: "text", text: bytes.toString("latin1") };
  } catch {
    return { kind: "damaged" };
  }
}
