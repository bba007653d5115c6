import fc from "fast-check";
import { expect, test } from "vitest";
import {
  askLine,
  createToken,
  forgetLine,
  formatFrame,
  FrameReader,
  helloLine,
  parseRequest,
  pollLine,
} from "../../../src/transport/console/protocol.ts";
import type { Frame } from "../../../src/transport/console/protocol.ts";

function read(reader: FrameReader, pieces: readonly string[]): Frame | undefined {
  for (const piece of pieces) {
    const frame = reader.push(piece);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

const latin1 = fc
  .uint8Array({ maxLength: 400 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));
const noise = fc
  .array(fc.constantFrom("\r\n", " \b", "(mover@127.0.0.1)7> ", "ab:", "0:x:", "\u0007", " --> "))
  .map((all) => all.join(""));

test("a frame is found among noise, wrapped and cut anywhere", () => {
  fc.assert(
    fc.property(
      latin1,
      noise,
      noise,
      fc.integer({ min: 40, max: 90 }),
      fc.integer({ min: 1, max: 50 }),
      (text, before, after, width, cut) => {
        const token = createToken();
        const frame = formatFrame(token.first + token.second, text).trim();
        const wrapped = frame.replace(new RegExp(`.{${width}}`, "g"), "$& \b");
        const stream = `${before}\r\n${wrapped}\r\n${after}`;
        const pieces = stream.match(new RegExp(`[^]{1,${cut}}`, "g")) ?? [];
        expect(read(new FrameReader(token), pieces)).toEqual({ kind: "text", text });
      },
    ),
  );
});

test("an answer that something else was printed into is damaged, never another answer", () => {
  fc.assert(
    fc.property(latin1, fc.nat(), fc.stringMatching(/^[!-~]{1,20}$/), (text, place, intruder) => {
      const token = createToken();
      const whole = token.first + token.second;
      const frame = formatFrame(whole, text).trim();
      const at = whole.length + 1 + (place % (frame.length - 2 * whole.length - 2));
      const broken = frame.slice(0, at) + intruder + frame.slice(at);
      const got = read(new FrameReader(token), [broken]);
      expect(got?.kind === "text" ? got.text : "damaged").toBeOneOf(["damaged", text]);
    }),
  );
});

test("the echo of a request and the frame of another are no answer", () => {
  const [token, other] = [createToken(), createToken()];
  const echo = `${askLine(token, "a", 1000, "ok.")}\r\nok\r\n`;
  const stream = echo + formatFrame(other.first + other.second, "{value,ok}");
  expect(read(new FrameReader(token), [stream])).toBeUndefined();
});

test("a request is one line of printable ASCII that a stand-in reads back", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[\w.:/@-]{1,200}$/),
      (text, id) => {
        const token = createToken();
        const whole = token.first + token.second;
        const line = askLine(token, id, 1500, text);
        expect(line).toMatch(/^[ -~]+$/);
        expect(parseRequest(line)).toEqual({
          kind: "ask",
          token: whole,
          id,
          waitMilliseconds: 1500,
          text,
        });
      },
    ),
  );
});

test("the other requests are read back, and somebody's own lines are not", () => {
  const token = createToken();
  const whole = token.first + token.second;
  expect(helloLine(token)).toMatch(/^runbook_phase_boot, [ -~]+$/);
  expect(parseRequest(helloLine(token))).toEqual({ kind: "hello", token: whole });
  expect(parseRequest(pollLine(token, "a/1", 20))).toEqual({
    kind: "poll",
    token: whole,
    id: "a/1",
    waitMilliseconds: 20,
  });
  expect(parseRequest(forgetLine(token, "a/1"))).toEqual({
    kind: "forget",
    token: whole,
    id: "a/1",
  });
  expect(parseRequest("mover_manager:status().")).toBeUndefined();
});
