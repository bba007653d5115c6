import type { Command } from "./connection.ts";

const plainWord = /^[A-Za-z0-9_@%+:,./-]+$/;
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Linux takes at most 128 KiB in one argument; what is longer would fail on the host with a riddle. */
const longestScript = 120_000;

/** Quotes one word for any POSIX shell, because values must arrive exactly and never be read as shell text. */
export function quote(word: string): string {
  return plainWord.test(word) ? word : quoteAlways(word);
}

/** The line that people read in plans and logs: what an operator would type, without any secret value. */
export function renderCommand(command: Command): string {
  checkCommand(command);
  const directory = command.directory === undefined ? "" : `cd ${quote(command.directory)} && `;
  const values = Object.entries(command.env ?? {}).map(
    ([name, value]) => `${name}=${quote(value)}`,
  );
  const hidden = Object.keys(command.secrets ?? {}).map((name) => `${name}=***`);
  const environment = [...values, ...hidden].join(" ");
  if (environment === "") return `${directory}${command.line}`;
  if (isOneCommand(command.line)) return `${directory}${environment} ${command.line}`;
  return `${directory}export ${environment}\n${command.line}`;
}

/** Assignments in front of a command hold for that command only, so anything longer needs them exported. */
function isOneCommand(line: string): boolean {
  return !/[\n;&|$]/.test(line.trim()) && !/^\s*(?:(?:if|for|while|until|case)\b|[({!])/.test(line);
}

/** What a remote `sh` gets: its script, and the first line of its standard input, which alone holds the secrets. */
export interface ShellScript {
  readonly text: string;
  /** Written to standard input before anything else; empty when the command has no secrets. */
  readonly input: string;
}

/** Turns a command into the script for a remote `sh`; secrets go to its standard input only. */
export function shellScript(command: Command): ShellScript {
  const input = secretInput(command.secrets ?? {});
  const reading = input === "" ? "" : `${readSecrets}\n`;
  return { text: `${reading}${commandText(command)}`, input };
}

/** Environment, directory and line of a command as shell text, for whoever runs it as a script of its own. */
export function commandText(command: Command): string {
  checkCommand(command);
  const exports = Object.entries(command.env ?? {}).map(
    ([name, value]) => `${name}=${quoteAlways(value)}; export ${name}\n`,
  );
  return `${exports.join("")}${enterDirectory(command.directory)}${command.line}\n`;
}

/** The request for an SSH server: whatever the login shell is, /bin/sh reads the script. */
export function invokeShell(script: string): string {
  const request = `exec /bin/sh -c ${quoteAlways(script)}`;
  const bytes = Buffer.byteLength(request);
  if (bytes > longestScript) {
    throw new Error(
      `the command is ${bytes} bytes long and a host takes at most ${longestScript}; ` +
        "put the text into a file on the host or pass it on standard input",
    );
  }
  return request;
}

/** True when sudo failed because it wanted a password, so that the step can say so instead of quoting sudo. */
export function sudoAsksForPassword(stderr: string): boolean {
  return /sudo: .*(a password is required|a terminal is required|no tty present|no askpass program|must have a tty)/i.test(
    stderr,
  );
}

const readSecrets =
  'IFS= read -r NL_secrets || exit 1; NL="\n"; eval "$NL_secrets"; unset NL NL_secrets';

/** One line of shell text that exports the secrets; a newline inside a value is spelled `$NL`. */
function secretInput(secrets: Readonly<Record<string, string>>): string {
  const names = Object.keys(secrets);
  if (names.length === 0) return "";
  const assignments = Object.entries(secrets).map(
    ([name, value]) => `${name}=${value.split("\n").map(quoteAlways).join('"$NL"')}`,
  );
  return `${assignments.join("; ")}; export ${names.join(" ")}\n`;
}

function enterDirectory(directory: string | undefined): string {
  if (directory === undefined) return "";
  const path = directory.startsWith("-") ? `./${directory}` : directory;
  return `CDPATH= cd ${quoteAlways(path)} || exit 1\n`;
}

function quoteAlways(word: string): string {
  checkText("a shell word", word);
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function checkCommand(command: Command): void {
  checkText("the command", command.line);
  if (command.directory === "")
    throw new Error("the command's directory is empty; name one or leave it out");
  checkText("the command's directory", command.directory ?? "");
  const values = [...Object.entries(command.env ?? {}), ...Object.entries(command.secrets ?? {})];
  for (const [name, value] of values) {
    if (!environmentName.test(name)) {
      throw new Error(
        `${JSON.stringify(name)} is no name for an environment variable; use letters, digits and _ only`,
      );
    }
    checkText(`the value of ${name}`, value);
  }
}

/** Neither can reach a process: C strings end at NUL, and half a surrogate pair has no bytes in UTF-8. */
function checkText(what: string, text: string): void {
  if (text.includes("\0"))
    throw new Error(`${what} holds a NUL character, which no command can carry`);
  if (!text.isWellFormed())
    throw new Error(`${what} is not valid Unicode; half a character is missing`);
}
