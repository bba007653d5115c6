import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { LogReader, type LogPosition } from "../../src/steps/log-reader.ts";
import { type HostShell, ShellConnection, shells } from "../journal/shell-connection.ts";
import { stage } from "../support/step-context.ts";

interface Fixture {
  readonly file: string;
  reader(position?: LogPosition): LogReader;
  /** What is new, line by line. */
  lines(reader: LogReader): Promise<string[]>;
}

function fixture(shell?: HostShell): Fixture {
  const directory = mkdtempSync(join(tmpdir(), "log reader-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "requests.log");
  const { context } = stage(
    shell === undefined ? {} : { connect: () => Promise.resolve(new ShellConnection(shell)) },
  );
  return {
    file,
    reader: (position) =>
      new LogReader(
        { name: "requests", entry: "", on: [{ host: "one", files: `${file}*` }] },
        context,
        position,
      ),
    async lines(reader) {
      const lines: string[] = [];
      await reader.readNew((line) => lines.push(line));
      return lines;
    },
  };
}

describe("a log", () => {
  test("is read from its end on when that is wanted, otherwise from its start", async () => {
    const { file, reader, lines } = fixture();
    writeFileSync(file, "old\n");
    const late = reader();
    await late.skipToEnd();
    appendFileSync(file, "new\n");
    expect(await lines(late)).toEqual(["new"]);
    expect(await lines(late)).toEqual([]);
    expect(await lines(reader())).toEqual(["old", "new"]);
  });

  test("that is not there yet is empty", async () => {
    const { file, reader, lines } = fixture();
    const early = reader();
    await early.skipToEnd();
    expect(await lines(early)).toEqual([]);
    writeFileSync(file, "first\n");
    expect(await lines(early)).toEqual(["first"]);
  });

  test("is read on from a kept position", async () => {
    const { file, reader, lines } = fixture();
    writeFileSync(file, "one\n");
    const first = reader();
    await first.skipToEnd();
    const kept = JSON.parse(JSON.stringify(first.position())) as LogPosition;
    appendFileSync(file, "two\n");
    expect(await lines(reader(kept))).toEqual(["two"]);
  });

  test("hands over whole lines only, without their carriage return", async () => {
    const { file, reader, lines } = fixture();
    writeFileSync(file, "whole\r\nhal");
    const one = reader();
    expect(await lines(one)).toEqual(["whole"]);
    appendFileSync(file, "f\n\nlast\n");
    expect(await lines(one)).toEqual(["half", "", "last"]);
  });

  test("with a character cut in two and bytes that are none keeps the rest readable", async () => {
    const { file, reader, lines } = fixture();
    const text = Buffer.from("grüße\n");
    writeFileSync(file, text.subarray(0, 3));
    const one = reader();
    expect(await lines(one)).toEqual([]);
    appendFileSync(file, text.subarray(3));
    appendFileSync(file, Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]));
    expect(await lines(one)).toEqual(["grüße", "a\ufffd\ufffdb"]);
  });
});

describe.each(shells)("rotation on a host with %s", (_, shell) => {
  test("what the old file got before it was rotated is read, then the new one", async () => {
    const { file, reader, lines } = fixture(shell);
    writeFileSync(file, "old\n");
    const one = reader();
    await one.skipToEnd();
    appendFileSync(file, "before\n");
    renameSync(file, `${file}.0`);
    writeFileSync(file, "after\n");
    expect((await lines(one)).toSorted()).toEqual(["after", "before"]);
    expect(one.vanished.size).toBe(0);
  });

  test("several times between two readings", async () => {
    const { file, reader, lines } = fixture(shell);
    writeFileSync(file, "0\n");
    const one = reader();
    await one.skipToEnd();
    for (let turn = 1; turn <= 5; turn += 1) {
      renameSync(file, `${file}.${turn}`);
      writeFileSync(file, `${turn}\n`);
    }
    expect((await lines(one)).toSorted()).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("a truncated file is read from its start, and half a line of before is not glued to it", async () => {
    const { file, reader, lines } = fixture(shell);
    writeFileSync(file, "one\ntwo\nhalf a li");
    const one = reader();
    expect(await lines(one)).toEqual(["one", "two"]);
    truncateSync(file, 0);
    appendFileSync(file, "three\n");
    expect(await lines(one)).toEqual(["three"]);
  });
});

// Busybox cannot tell when a file was born.
test("a file that is gone is known to be gone, also when another one has got its number", async () => {
  const { file, reader, lines } = fixture();
  writeFileSync(file, "a long line that nobody has read to its end\n");
  const one = reader();
  await one.skipToEnd();
  rmSync(file);
  writeFileSync(
    file,
    `${"another, longer file that may have got the number of the first one".repeat(2)}\n`,
  );
  expect(await lines(one)).toHaveLength(1);
  expect(one.vanished.size).toBe(1);
});

test("20 MB in lines of any length come whole and once", async () => {
  const { file, reader, lines } = fixture();
  const long = "ü".repeat(3000);
  const many = Array.from({ length: 3500 }, (_, index) => `${index} ${long}`);
  writeFileSync(file, `${many.join("\n")}\n`);
  const one = reader();
  const read = await lines(one);
  expect(read.length).toBe(many.length);
  expect(read.findIndex((line, index) => line !== many[index])).toBe(-1);
  expect(await lines(one)).toEqual([]);
});

test("a host that answers half is asked again, and what came counts once", async () => {
  const { file } = fixture();
  writeFileSync(file, "one\ntwo\n");
  const whole = stage({}).context;
  let cut = true;
  const { context } = stage({
    connect: async (host) => {
      const connection = await whole.connect(host);
      if (!cut) return connection;
      cut = false;
      // The answer loses its last bytes, as when a file is rotated between its listing and its reading.
      const open: typeof connection.open = (command) =>
        connection.open({ ...command, line: `( ${command.line} ) | head -c -3` });
      return Object.assign(Object.create(connection) as typeof connection, { open });
    },
  });
  const reader = new LogReader(
    { name: "log", entry: "", on: [{ host: "one", files: file }] },
    context,
  );
  const lines: string[] = [];
  await reader.readNew((line) => lines.push(line));
  expect(lines).toEqual(["one", "two"]);
});
