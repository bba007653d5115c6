import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { hostStore } from "../../src/journal/host-store.ts";
import type { Store } from "../../src/journal/store.ts";
import { journalDirectory, note, notesOf, open } from "./journal-parts.ts";
import { ShellConnection, shells } from "./shell-connection.ts";

describe.each(shells)("a journal on a host with %s", (_, shell) => {
  const connect = (directory: string): { connection: ShellConnection; store: Store } => {
    const connection = new ShellConnection(shell);
    return { connection, store: hostStore({ connection, directory, environment: "pre-prod" }) };
  };

  it("appends over one process that stays", async () => {
    const directory = journalDirectory();
    const { connection, store } = connect(directory);
    const journal = await open(store);
    for (const text of ["a", "b", "c"]) await journal.append({}, note(text));
    expect(connection.opened).toBe(1);
    await journal.close();
  });

  it("appends a line of a megabyte", async () => {
    const { store } = connect(journalDirectory());
    const journal = await open(store);
    const [, last] = await Promise.all([
      journal.append({}, note("x".repeat(1_000_000))),
      journal.append({}, note("y")),
    ]);
    expect(last.sequence).toBe(2);
    await journal.close();
  });

  it("is closed although its host hangs, with what it acknowledged", async () => {
    const directory = journalDirectory();
    const { connection, store } = connect(directory);
    const journal = await open(store);
    await journal.append({}, note("a"));
    connection.pause();
    await journal.close();
    connection.cut();
    const again = await open(connect(directory).store);
    expect(notesOf(again)).toEqual(["a"]);
    await again.close();
  }, 30_000);

  it("does not append again what had been written when the connection was lost", async () => {
    const directory = journalDirectory();
    const { connection, store } = connect(directory);
    const journal = await open(store);
    await journal.append({}, note("a"));
    const { size } = statSync(join(directory, "journal.jsonl"));
    connection.muted = true;
    const inDoubt = journal.append({}, note("b"));
    const queued = journal.append({}, note("c"));
    const doubts = Promise.allSettled([inDoubt, queued]);
    await vi.waitFor(() =>
      expect(statSync(join(directory, "journal.jsonl")).size).toBeGreaterThan(size),
    );
    connection.cut();
    for (const doubt of await doubts)
      expect(doubt).toMatchObject({ status: "rejected", reason: { code: "lost" } });
    await expect(journal.append({}, note("d"))).rejects.toMatchObject({ code: "lost" });

    const reopened = await journal.reopen({ store: connect(directory).store });
    expect([...reopened.confirmed, ...reopened.appended].map(({ body }) => body)).toEqual([
      note("b"),
      note("c"),
    ]);
    expect(reopened.confirmed.length).toBeGreaterThan(0);
    await journal.append({}, note("e"));
    await journal.close();
    const again = await open(connect(directory).store);
    expect(notesOf(again)).toEqual(["a", "b", "c", "e"]);
    expect(again.events).toEqual(journal.events);
    await again.close();
  });

  it("appends what had not been written, or drops it when it is not wanted", async () => {
    const directory = journalDirectory();
    const { connection, store } = connect(directory);
    const copy = join(journalDirectory(), "journal.jsonl");
    const journal = await open(store, copy);
    await journal.append({}, note("a"));
    connection.cut();
    const lost = await Promise.allSettled(["b", "c"].map((text) => journal.append({}, note(text))));
    expect(lost.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(journal.reopen({ store })).rejects.toMatchObject({ code: "lost" });

    const isC = ({ body }: { body: unknown }): boolean =>
      JSON.stringify(body) === JSON.stringify(note("c"));
    const reopened = await journal.reopen({
      store: connect(directory).store,
      keep: (event) => !isC(event),
    });
    expect(reopened.appended.map(({ body }) => body)).toEqual([note("b")]);
    expect(reopened.dropped.map(({ body }) => body)).toEqual([note("c")]);
    await journal.append({}, note("d"));
    await journal.close();
    const again = await open(connect(directory).store, copy);
    expect(notesOf(again)).toEqual(["a", "b", "d"]);
    expect(readFileSync(copy, "utf8")).toBe(readFileSync(join(directory, "journal.jsonl"), "utf8"));
    await again.close();
  });

  it("leaves no half line when the disk is full, and goes on when there is room", async () => {
    const directory = journalDirectory();
    const { connection, store } = connect(directory);
    connection.prelude = "ulimit -f 8; trap '' XFSZ";
    const journal = await open(store);
    await journal.append({}, note("a"));
    const before = readFileSync(join(directory, "journal.jsonl"), "utf8");
    await expect(journal.append({}, note("x".repeat(20_000)))).rejects.toMatchObject({
      code: "unwritable",
    });
    expect(readFileSync(join(directory, "journal.jsonl"), "utf8")).toBe(before);
    expect((await journal.reopen({ store: connect(directory).store })).appended).toHaveLength(1);
    await journal.close();
    expect(journal.events).toHaveLength(2);
  });

  it("says `lost` when the host is gone at the start", async () => {
    const { connection, store } = connect(journalDirectory());
    connection.cut();
    await expect(open(store)).rejects.toMatchObject({
      code: "lost",
      message: expect.stringContaining("no route to host"),
    });
  });
});
