import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeLine, safeLines } from "../../src/report/gateway.ts";

describe("safeLines", () => {
  it.each([
    ["a command at the start", "::set-output name=x::1", [": :set-output name=x: :1"]],
    ["a command behind blanks", " \t ::error::no", ["    : :error: :no"]],
    ["the other spelling, anywhere", "host| ##[add-mask]x", ["host| ## [add-mask]x"]],
    ["colons in a row", ":::", [": : :"]],
    ["a command hidden behind a bare CR", "ok\r::error::x", ["ok", ": :error: :x"]],
    ["a command split by a control character", ":\u0000:error::x", [":␀:error: :x"]],
    ["a command joined by a removed sequence", ":\u001b[0m:error::x", [": :error: :x"]],
    ["a command joined by an invisible character", "#\u200b#[error]x", ["## [error]x"]],
    ["lines of every kind", "a\r\nb\nc\u2028d\u2029e\u0085f\vg\fh", [..."abcdefgh"]],
    ["colours", "\u001b[1;31mred\u001b[0m", ["red"]],
    ["a title", "\u001b]0;title\u0007text", ["text"]],
    ["a title that never ends, with what stands behind it", "\u001b]0;rm -rf /", ["␛]0;rm -rf /"]],
    ["a C1 escape", "\u009b31mred", ["red"]],
    ["a bell", "ding\u0007", ["ding␇"]],
    ["text that is turned around", "a\u202egnp.exe", ["agnp.exe"]],
    ["half a character", "a\ud800b", ["a\ufffdb"]],
    ["Erlang and names, as they are", '[{état,<<"ö">>}] 日本 🎉', ['[{état,<<"ö">>}] 日本 🎉']],
  ])("%s", (_title, text, lines) => {
    expect(safeLines(text)).toEqual(lines);
  });

  it("masks a secret whole, line by line, and where a sequence splits it", () => {
    const key = "-----BEGIN KEY-----\nAAAAsecretline\nBBBBotherline\n-----END KEY-----";
    const options = { secrets: [key, "hunter2"] };
    expect(safeLines(`x ${key} y`, options)).toEqual(["x *** y"]);
    expect(safeLines("log: BBBBotherline", options)).toEqual(["log: ***"]);
    expect(safeLines("hun\u001b[0mter2 and hunter2", options)).toEqual(["*** and ***"]);
    expect(safeLines("-----BEGIN KEY-----", options)).toEqual(["-----BEGIN KEY-----"]);
  });

  it("masks the longer of two secrets that share a beginning", () => {
    expect(safeLines("pass-word", { secrets: ["pass", "pass-word"] })).toEqual(["***"]);
  });

  it("says how long a line was that it cut", () => {
    const [line = ""] = safeLines("x".repeat(5000));
    expect(line).toHaveLength(1000);
    expect(line).toMatch(/x … \(5000 characters\)$/);
  });

  it("lets no command, control character or secret through, whatever comes", () => {
    const secret = "s3cr3t::value";
    const piece = fc.constantFrom(
      "::",
      "##[",
      "#",
      ":",
      "[",
      "\r",
      "\n",
      "\u001b[0m",
      "\u001b",
      "\u200b",
      "\t",
      " ",
      secret,
      "s3cr3t",
    );
    const text = fc
      .array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 30 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 200 }), (input, maxLength) => {
        for (const line of safeLines(input, { secrets: [secret], maxLength })) {
          expect(line).not.toMatch(/::|##\[/);
          // oxlint-disable-next-line no-control-regex -- this is what must not be there
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
          expect(line).not.toContain(secret);
          expect(line.length).toBeLessThanOrEqual(maxLength);
        }
      }),
    );
  });
});

describe("safeLine", () => {
  it("joins lines and drops empty ones", () => {
    expect(safeLine("one\n\n::two\n")).toBe("one · : :two");
  });
});
