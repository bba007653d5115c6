import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Command } from "../../src/transport/connection.ts";
import {
  invokeShell,
  quote,
  renderCommand,
  shellScript,
  sudoAsksForPassword,
} from "../../src/transport/shell.ts";
import { hasBusybox } from "../support/busybox.ts";

const loginShells = ["sh", "bash", ...(hasBusybox ? ["busybox sh"] : [])];
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("'", "\n", "$HOME", '"', "\\", "`id`", " "),
);
const values = fc.array(text, { maxLength: 6 }).map((parts) => parts.join("").replaceAll("\0", ""));

function run(
  login: string,
  command: Command,
): { stdout: string; stderr: string; status: number | null } {
  const [program = "sh", ...first] = login.split(" ");
  const script = shellScript(command);
  const request = invokeShell(script.text);
  return spawnSync(program, [...first, "-c", request], {
    input: `${script.input}rest`,
    encoding: "utf8",
  });
}

describe("quoting", () => {
  test.each([
    ["opscode_chef", "opscode_chef"],
    ["@2.4.0", "@2.4.0"],
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", `'it'\\''s'`],
    ["a=b", "'a=b'"],
    ["~", "'~'"],
    ["line\nline", "'line\nline'"],
  ])("%j becomes %s", (word, quoted) => {
    expect(quote(word)).toBe(quoted);
  });

  test("a NUL or half a character is refused, not dropped", () => {
    expect(() => quote("a\0b")).toThrow("NUL");
    expect(() => quote("\ud800")).toThrow("Unicode");
  });
});

describe("the line for people", () => {
  test("reads as the operator's runbook", () => {
    const command = {
      line: "make deploy",
      directory: "/srv/enterprise-chef-server-schema",
      env: { EC_TARGET: "@2.4.0", OSC_TARGET: "@1.0.4", DB_USER: "opscode_chef" },
    };
    expect(renderCommand(command)).toBe(
      "cd /srv/enterprise-chef-server-schema && EC_TARGET=@2.4.0 OSC_TARGET=@1.0.4 DB_USER=opscode_chef make deploy",
    );
  });

  test("names a secret and hides its value", () => {
    const line = renderCommand({ line: "psql", secrets: { PGPASSWORD: "geheim" } });
    expect(line).toBe("PGPASSWORD=*** psql");
  });

  test.each(["", "1A", "A-B", "A B", "A=1", "Ä"])("%j is no name for a variable", (name) => {
    expect(() => renderCommand({ line: "true", env: { [name]: "x" } })).toThrow(
      "environment variable",
    );
  });
});

describe.each(loginShells)("a remote shell behind login shell %s", (login) => {
  test("any environment value and any secret arrives exactly", () => {
    fc.assert(
      fc.property(values, values, (value, secret) => {
        const command = {
          line: `printf '%s|%s|' "$A" "$B"; cat`,
          env: { A: value },
          secrets: { B: secret },
        };
        expect(run(login, command)).toMatchObject({
          stdout: `${value}|${secret}|rest`,
          stderr: "",
          status: 0,
        });
      }),
      { numRuns: 40 },
    );
  });

  test("secrets do not stand in any command line", () => {
    const line = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '";
    const secret = "un'quoted geheim";
    const { stdout } = run(login, { line, secrets: { B: secret } });
    expect(stdout).toContain("NL_secrets");
    expect(stdout).not.toContain("quoted geheim");
  });

  test("a directory that is missing ends the command before it begins", () => {
    const { stdout, status } = run(login, { line: "echo began", directory: "/nowhere/at all" });
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });

  test("a directory with blanks, quotes and a leading dash is entered", () => {
    const made = run(login, {
      line: `mkdir -p -- "$D" && cd -- "$D" && pwd`,
      directory: "/tmp",
      env: { D: "-o'x $y" },
    });
    const entered = run(login, { line: 'pwd; rmdir "$PWD"', directory: made.stdout.trim() });
    expect(entered).toMatchObject({ stdout: made.stdout, status: 0 });
  });
});

test("a command that no host could take is refused with its size", () => {
  expect(() => invokeShell("x".repeat(130_000))).toThrow(/130\d\d\d bytes/);
});

test.each([
  ["sudo: a password is required\n", true],
  ["sudo: a terminal is required to read the password; either use the -S option\n", true],
  ["sudo: no tty present and no askpass program specified\n", true],
  ["sudo: sorry, you must have a tty to run sudo\n", true],
  ["sudo: ./mover: command not found\n", false],
  ["psql: a password is required\n", false],
])("sudo's %j asks for a password: %s", (stderr, asks) => {
  expect(sudoAsksForPassword(stderr)).toBe(asks);
});
