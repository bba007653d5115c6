import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostStore } from "../../src/journal/host-store.ts";
import { localStore } from "../../src/journal/local-store.ts";
import type { Store } from "../../src/journal/store.ts";
import { journalDirectory, note, notesOf, open } from "./journal-parts.ts";
import { ShellConnection, shells } from "./shell-connection.ts";

type MakeStore = (directory: string, environment?: string) => Store;

const stores: readonly (readonly [string, MakeStore])[] = [
  ["local", (directory, environment = "pre-prod") => localStore({ directory, environment })],
  ...shells.map(([name, shell]): readonly [string, MakeStore] => [
    `host with ${name}`,
    (directory, environment = "pre-prod") =>
      hostStore({ connection: new ShellConnection(shell), directory, environment }),
  ]),
];

const fileOf = (directory: string): string => join(directory, "journal.jsonl");

describe.each(stores)("a journal in a %s store", (_, store) => {
  it("is read back as it was written, chained by the hash of each line", async () => {
    const directory = journalDirectory();
    const journal = await open(store(directory));
    journal.setRound("r1");
    journal.setToken(7);
    const odd = "quotes ' \" \\ \\n $HOME `id` \u2028 \ud800 é › \n\r\t\0 %s -n";
    await journal.append({ phase: "migrate", step: "orgs", host: "couch1", attempt: 2 }, note(odd));
    await Promise.all(["a", "b", "c"].map((text) => journal.append({}, note(text))));
    await journal.close();

    const lines = readFileSync(fileOf(directory), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const [index, line] of lines.slice(1).entries()) {
      const before = createHash("sha256")
        .update(lines[index] ?? "")
        .digest("hex");
      expect(JSON.parse(line)).toMatchObject({ sequence: index + 2, previous: before });
    }
    const again = await open(store(directory));
    expect(again.events).toEqual(journal.events);
    expect(again.headHash).toBe(journal.headHash);
    expect(again.events[0]).toMatchObject({
      round: "r1",
      token: 7,
      place: { host: "couch1", attempt: 2 },
      body: note(odd),
    });
    expect(again.notes).toEqual([]);
    await again.close();
  });

  it("closes although its host hangs: what was on the way stays in doubt", async () => {
    const directory = journalDirectory();
    const hung = { ...store(directory), append: () => new Promise<void>(() => {}) };
    const journal = await open(hung);
    const written = journal.append({}, note("a")).then(() => "written");
    await journal.close();
    expect(await Promise.race([written, Promise.resolve("in doubt")])).toBe("in doubt");
    const again = await open(store(directory));
    expect(again.events).toEqual([]);
    await again.close();
  });

  it("is only for its owner's eyes", async () => {
    const directory = journalDirectory();
    const journal = await open(store(directory));
    await journal.append({}, note("a"));
    expect(statSync(fileOf(directory)).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  it("keeps the runner's copy equal", async () => {
    const directory = journalDirectory();
    const copy = join(journalDirectory(), "out", "journal.jsonl");
    const journal = await open(store(directory), copy);
    await journal.append({}, note("a"));
    expect(readFileSync(copy)).toEqual(readFileSync(fileOf(directory)));
    await journal.close();
    appendFileSync(fileOf(directory), "torn");
    const again = await open(store(directory), copy);
    expect(readFileSync(copy)).toEqual(readFileSync(fileOf(directory)));
    await again.close();
  });

  it.each([
    ["without an end of line", '{"version":1,"sequence":2,"at":"2026'],
    ["that is not JSON", '{"version":1,"sequence":2,"at":"2026\n'],
    ["of other bytes", Buffer.from([0, 0, 0xff, 0xc3, 0])],
  ])("cuts off a last line %s, keeps its bytes and says so", async (__, torn) => {
    const directory = journalDirectory();
    const journal = await open(store(directory));
    await journal.append({}, note("a"));
    await journal.close();
    appendFileSync(fileOf(directory), torn);

    const again = await open(store(directory));
    expect(again.notes).toEqual([expect.stringContaining("torn bytes behind line 1")]);
    expect(again.events[1]?.body).toEqual({ type: "repaired", detail: again.notes[0] });
    await again.append({}, note("b"));
    await again.close();
    const kept = readdirSync(directory).filter((name) => name.includes("torn"));
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(directory, kept[0] ?? ""))).toEqual(Buffer.from(torn));
    const last = await open(store(directory));
    expect(notesOf(last)).toEqual(["a", "b"]);
    await last.close();
  });

  it("refuses a directory without a marker and says how to make one", async () => {
    const directory = journalDirectory();
    rmSync(join(directory, "environment"));
    const command = `mkdir -p ${directory} && echo pre-prod > ${directory}/environment`;
    await expect(open(store(directory))).rejects.toMatchObject({
      code: "no-marker",
      next: expect.stringContaining(command),
    });
    expect(existsSync(fileOf(directory))).toBe(false);
  });

  it("refuses another environment's directory and leaves it alone", async () => {
    const directory = journalDirectory("prod");
    await expect(open(store(directory))).rejects.toMatchObject({ code: "other-environment" });
    expect(existsSync(fileOf(directory))).toBe(false);
  });

  it("refuses to write behind somebody else's line", async () => {
    const directory = journalDirectory();
    const journal = await open(store(directory));
    const other = await open(store(directory));
    await other.append({}, note("theirs"));
    await expect(journal.append({}, note("ours"))).rejects.toMatchObject({ code: "moved" });
    await Promise.all([journal.close(), other.close()]);
    const again = await open(store(directory));
    expect(notesOf(again)).toEqual(["theirs"]);
    await again.close();
  });

  it("is `unwritable` when it cannot be written, and stays so until it is reopened", async () => {
    const directory = journalDirectory();
    const journal = await open(store(directory));
    await journal.append({}, note("a"));
    rmSync(fileOf(directory));
    mkdirSync(fileOf(directory));
    await expect(journal.append({}, note("b"))).rejects.toMatchObject({
      code: expect.stringMatching(/unwritable|moved/),
    });
    await expect(journal.append({}, note("c"))).rejects.toThrow("journal.jsonl");
    expect(notesOf(journal)).toEqual(["a"]);
    await journal.close().catch(() => undefined);
  });
});

describe("the runner's copy", () => {
  const copied = async (): Promise<{ directory: string; copy: string }> => {
    const directory = journalDirectory();
    const copy = join(journalDirectory(), "journal.jsonl");
    const journal = await open(localStore({ directory }), copy);
    for (const text of ["a", "b", "c"]) await journal.append({}, note(text));
    await journal.close();
    return { directory, copy };
  };
  const cutLines = (file: string, keep: number): void => {
    writeFileSync(
      file,
      readFileSync(file, "utf8")
        .split(/(?<=\n)/)
        .slice(0, keep)
        .join(""),
    );
  };

  it("gives back what only it has", async () => {
    const { directory, copy } = await copied();
    cutLines(fileOf(directory), 1);
    const journal = await open(localStore({ directory }), copy);
    expect(notesOf(journal)).toEqual(["a", "b", "c"]);
    expect(journal.notes).toEqual([
      expect.stringContaining("2 events that only the runner's copy had"),
    ]);
    expect(readFileSync(copy)).toEqual(readFileSync(fileOf(directory)));
  });

  it("is brought up to the journal when it is shorter or torn", async () => {
    const { directory, copy } = await copied();
    truncateSync(copy, statSync(copy).size - 5);
    const journal = await open(localStore({ directory }), copy);
    expect(journal.notes).toEqual([]);
    expect(readFileSync(copy)).toEqual(readFileSync(fileOf(directory)));
  });

  it("gives back the line whose end was torn in the journal", async () => {
    const { directory, copy } = await copied();
    truncateSync(fileOf(directory), statSync(copy).size - 5);
    const journal = await open(localStore({ directory }), copy);
    expect(notesOf(journal)).toEqual(["a", "b", "c"]);
    expect(journal.notes).toHaveLength(2);
  });

  it("is refused with the line when the two went different ways", async () => {
    const { directory, copy } = await copied();
    cutLines(fileOf(directory), 2);
    const other = await open(localStore({ directory }));
    await other.append({}, note("x"));
    const before = readFileSync(fileOf(directory));
    await expect(open(localStore({ directory }), copy)).rejects.toMatchObject({
      code: "diverged",
      file: copy,
      line: 3,
    });
    expect(readFileSync(fileOf(directory))).toEqual(before);
  });

  it("does not stop the journal when it cannot be written", async () => {
    const { directory, copy } = await copied();
    const journal = await open(localStore({ directory }), copy);
    chmodSync(copy, 0o400);
    rmSync(copy);
    mkdirSync(copy);
    await journal.append({}, note("d"));
    expect(journal.notes).toEqual([expect.stringContaining("copy is not written any more")]);
  });
});
