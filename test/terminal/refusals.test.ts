import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeKeyPair } from "../../worlds/common/key-pair.ts";
import { describe, expect, test } from "vitest";
import type { Bench } from "../support/bench.ts";
import { argsOf, doubtfulBench, doubtIsDoubled, mustBeUnknown } from "./support/doubtful.ts";
import { type Ended, runCli, runInTerminal } from "./support/terminal.ts";

const whole = ["--step", "act", "--ruling", "done", "--reason", "looked", "--yes"] as const;

/** The same ruling with one option replaced; undefined leaves it out. */
function having(option: string, value: string | undefined): readonly string[] {
  const at = whole.indexOf(option as (typeof whole)[number]);
  return [
    ...whole.slice(0, at),
    ...(value === undefined ? [] : [option, value]),
    ...whole.slice(at + 2),
  ];
}

/** How it ended, which must have left the journal and the lease alone, and no trace of our own code. */
async function refusalOf(bench: Bench, act: Promise<Ended>): Promise<Ended> {
  const before = bench.journalText();
  const ended = await act;
  expect(ended.said).not.toMatch(/^\s+at .*:\d+/m);
  expect(bench.journalText()).toBe(before);
  expect(existsSync(join(bench.journalDirectory, "lease"))).toBe(false);
  return ended;
}

function saying(status: number, words: string | RegExp): object {
  const exactly = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = typeof words === "string" ? new RegExp(exactly(words)) : words;
  return { status, said: expect.stringMatching(pattern) as string };
}

describe("a ruling that is refused changes nothing and says why", { timeout: 180_000 }, () => {
  test("because of its words", async () => {
    const bench = await doubtfulBench();
    const rows: readonly (readonly [readonly string[], number, string | RegExp])[] = [
      [having("--reason", undefined), 2, "missing: --reason"],
      [having("--reason", "  "), 2, "missing: --reason"],
      [having("--ruling", undefined), 2, "missing: --ruling"],
      [
        having("--ruling", "maybe"),
        2,
        '--ruling must be done, not-done or budget=DURATION (such as budget=3h), not "maybe"',
      ],
      [having("--step", undefined), 2, "missing: --step"],
      [
        having("--step", "atc"),
        3,
        "there is no step atc; did you mean act? (in doubt: work/act@one)",
      ],
      [having("--step", "work/act@two"), 3, /no step work\/act@two; did you mean work\/act@one\?/],
      [having("--step", "ready"), 3, "ready is not in doubt; in doubt: work/act@one"],
      [["--resaon", "looked"], 2, "there is no option --resaon; did you mean --reason?"],
      [[...whole, "--step", "act"], 2, "--step is given twice"],
      [["--reason"], 2, "--reason wants TEXT"],
      [["--reason", "--yes"], 2, "if --yes is meant: --reason=--yes"],
      [["--yes=no"], 2, "--yes takes no value"],
      [[...whole, "and", "more"], 2, "and belongs to no option"],
    ];
    for (const [args, status, words] of rows)
      expect(await refusalOf(bench, runCli(argsOf(bench, ...args)))).toEqual(saying(status, words));
  });

  test("because several steps of that name are in doubt", async () => {
    const bench = await doubtfulBench();
    await doubtIsDoubled(bench);
    const words = /act means several steps\nNext: name one of work\/act@one, back\/act@one/;
    expect(await refusalOf(bench, runCli(argsOf(bench, ...whole)))).toEqual(saying(3, words));
    const named = await runCli(argsOf(bench, ...having("--step", "back/act")));
    expect(named.status, named.said).toBe(0);
  });

  test("because the environment is another one", async () => {
    const bench = await doubtfulBench();
    const args = argsOf(bench, ...whole).map((word) => (word === "test" ? "prod" : word));
    expect(await refusalOf(bench, runCli(args))).toEqual(
      saying(3, "is the inventory of environment test, and prod was asked"),
    );
    writeFileSync(join(bench.journalDirectory, "environment"), "prod\n");
    const words = 'belongs to environment "prod", wanted "test"';
    expect(await refusalOf(bench, runCli(argsOf(bench, ...whole)))).toEqual(saying(3, words));
    expect(await refusalOf(bench, runCli(argsOf(bench)))).toEqual(saying(3, words));
  });

  test("because of keys", async () => {
    const bench = await doubtfulBench();
    const file = (name: string, text: string): string => {
      writeFileSync(join(bench.directory, name), text);
      return join(bench.directory, name);
    };
    const { identityFile, knownHostsFile } = bench;
    const instead = (from: string, to: string): readonly string[] =>
      argsOf(bench, ...whole).map((word) => (word === from ? to : word));
    const locked = file("locked", makeKeyPair("sesame").private);
    const rows: readonly (readonly [
      readonly string[],
      string | RegExp,
      Record<string, string>?,
    ])[] = [
      [instead(identityFile, file("empty", "")), "empty: the private key is empty"],
      [instead(identityFile, join(bench.directory, "none")), /none cannot be read \(ENOENT\)/],
      [instead(identityFile, knownHostsFile), "does not begin with -----BEGIN"],
      [instead(identityFile, locked), "locked is encrypted and no passphrase is given"],
      [instead(identityFile, locked), "the passphrase does not open", { SSH_PASSPHRASE: "other" }],
      [instead(identityFile, locked), /refused the login/, { SSH_PASSPHRASE: "sesame" }],
      [instead(knownHostsFile, file("no-hosts", "")), "known_hosts has no key for"],
      [instead(knownHostsFile, file("bad-hosts", "rubbish")), "known_hosts, line 1"],
      [instead(knownHostsFile, "~/known_hosts"), "~/known_hosts cannot be read (ENOENT)"],
    ];
    for (const [args, words, env] of rows)
      expect(await refusalOf(bench, runCli(args, env))).toEqual(saying(3, words));
    const agentless = argsOf(bench, ...whole).filter(
      (word) => word !== "--identity" && word !== identityFile,
    );
    expect(await refusalOf(bench, runCli(agentless))).toEqual(
      saying(3, "there is no SSH agent (SSH_AUTH_SOCK)"),
    );
  });

  test("because nobody can confirm it, or somebody types something else", async () => {
    const bench = await doubtfulBench();
    const unconfirmed = whole.filter((word) => word !== "--yes");
    expect(await refusalOf(bench, runCli(argsOf(bench, ...unconfirmed)))).toEqual(
      saying(3, "give --yes"),
    );
    const question = "type the environment's name (test): ";
    const typing = (typed: string) =>
      runInTerminal(argsOf(bench, ...unconfirmed), [[question, typed]]);
    expect(await refusalOf(bench, typing("tset\n"))).toEqual(
      saying(3, '"tset" was typed, and test was wanted'),
    );
    expect(await refusalOf(bench, typing("y\n"))).toEqual(saying(3, '"y" was typed'));
    expect(await refusalOf(bench, typing("\n"))).toEqual(saying(3, '"" was typed'));
    expect(await refusalOf(bench, typing("\u0004"))).toEqual(saying(3, "nothing was typed"));
  });

  test("because it was sent again after it was shown", async () => {
    const bench = await doubtfulBench();
    const meanwhile = async (): Promise<string> => {
      await runCli(argsOf(bench, ...having("--ruling", "not-done")));
      await mustBeUnknown(bench, "work");
      return "test\n";
    };
    const args = argsOf(bench, ...whole.filter((word) => word !== "--yes"));
    const question = "type the environment's name (test): ";
    const { status, said } = await runInTerminal(args, [[question, meanwhile]]);
    expect(status, said).toBe(3);
    expect(said).toMatch(
      /act is not what was shown any more: then it was \S+\.1, now it is \S+\.2/,
    );
    expect(bench.journalText().match(/"type":"ruling"/g)).toHaveLength(1);
  });

  test("because somebody else holds the lease", async () => {
    const bench = await doubtfulBench();
    const holder = { run: "4712", runAttempt: 1, url: "", by: "bob" };
    const now = Math.floor(Date.now() / 1000);
    const lease = `9 ${now} ${now + 600} ${JSON.stringify({ holder, purpose: "work" })}\n`;
    writeFileSync(join(bench.journalDirectory, "lease"), lease);
    const before = bench.journalText();
    const { status, said } = await runCli(argsOf(bench, ...whole));
    expect(status, said).toBe(3);
    expect(said).toContain("the lease is held by bob, run 4712");
    expect(said).toContain("Nothing was changed.");
    expect(bench.journalText()).toBe(before);
    expect(readFileSync(join(bench.journalDirectory, "lease"), "utf8")).toBe(lease);
  });
});

describe("a protected environment", { timeout: 120_000 }, () => {
  const unconfirmed = whole.filter((word) => word !== "--yes");

  test("wants --without-github, a terminal and its name; --yes does not stand for it", async () => {
    const bench = await doubtfulBench();
    bench.change({ inventory: "protected: true" });
    const run = (...more: string[]) => runCli(argsOf(bench, ...unconfirmed, ...more));
    expect(await refusalOf(bench, run("--yes"))).toEqual(
      saying(3, /test is protected[^]*--without-github/),
    );
    expect(await refusalOf(bench, run("--without-github"))).toEqual(
      saying(3, "its name has to be typed"),
    );
    expect(await refusalOf(bench, run("--without-github", "--yes"))).toEqual(
      saying(3, "its name has to be typed"),
    );
    const args = argsOf(bench, ...unconfirmed, "--without-github", "--yes");
    const question = "type the environment's name (test): ";
    expect(await refusalOf(bench, runInTerminal(args, [[question, "yes\n"]]))).toEqual(
      saying(3, "not confirmed"),
    );
    const { status, said } = await runInTerminal(args, [[question, "test\n"]]);
    expect(status, said).toBe(0);
  });

  test("may be looked at", async () => {
    const bench = await doubtfulBench();
    bench.change({ inventory: "protected: true" });
    const { status, said } = await runCli(argsOf(bench));
    expect(status, said).toBe(0);
    expect(said).toContain("in doubt in test: work/act@one");
  });
});

describe("a passphrase", { timeout: 120_000 }, () => {
  test("is asked for where it is wanted, and is not on the screen", async () => {
    const bench = await doubtfulBench();
    execFileSync("ssh-keygen", [
      "-q",
      "-p",
      "-P",
      "",
      "-N",
      "open sesame",
      "-f",
      bench.identityFile,
    ]);
    const asked: readonly (readonly [string, string])[] = [
      [`Passphrase of ${bench.identityFile}: `, "open sexx\u007f\u007fsame\r"],
      ["type the environment's name (test): ", "test\n"],
    ];
    const unconfirmed = whole.filter((word) => word !== "--yes");
    const { status, said } = await runInTerminal(argsOf(bench, ...unconfirmed), asked);
    expect(status, said).toBe(0);
    expect(said).not.toContain("sesame");
    expect(said).not.toContain("sexx");
    const given = { SSH_PASSPHRASE: "open sesame" };
    expect((await runCli(argsOf(bench), given)).said).toBe("nothing is in doubt in test\n");
  });

  test("that nobody wants to type ends it, and so does a wrong one", async () => {
    const bench = await doubtfulBench();
    execFileSync("ssh-keygen", [
      "-q",
      "-p",
      "-P",
      "",
      "-N",
      "open sesame",
      "-f",
      bench.identityFile,
    ]);
    const typing = (typed: string) =>
      runInTerminal(argsOf(bench), [[`Passphrase of ${bench.identityFile}: `, typed]]);
    expect(await refusalOf(bench, typing("\u0003"))).toEqual(
      saying(3, "is encrypted and no passphrase is given"),
    );
    expect(await refusalOf(bench, typing("wrong\r"))).toEqual(
      saying(3, "the passphrase does not open the private key"),
    );
  });
});
