import { describe, expect, it } from "vitest";
import {
  formatDuration,
  formatInstant,
  formatNumber,
  formatPercent,
  formatRate,
  secondsBetween,
} from "../../src/report/format.ts";
import { code, md } from "../../src/report/markdown.ts";
import { sayProgress } from "../../src/report/progress.ts";

describe("formats", () => {
  it.each([
    [0, "0 s"],
    [0.26, "0.3 s"],
    [9.96, "10 s"],
    [43, "43 s"],
    [59.6, "1 min 00 s"],
    [125, "2 min 05 s"],
    [3_599.7, "1 h 00 min"],
    [3_725, "1 h 02 min"],
    [90_000, "1 d 01 h"],
    [-1, "–"],
    [Number.NaN, "–"],
  ])("%d seconds are %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [12_345_678, "12,345,678"],
    [1_234.5, "1,234.5"],
    [-1_234, "-1,234"],
  ])("%d is %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("says 100% only at the end", () => {
    expect(formatPercent(11_999, 12_000)).toBe("99%");
    expect(formatPercent(12_000, 12_000)).toBe("100%");
    expect(formatPercent(0, 0)).toBe("–");
  });

  it("keeps rates short and instants in UTC", () => {
    expect([formatRate(182.4), formatRate(1_820), formatRate(0.42)]).toEqual([
      "182/s",
      "1,820/s",
      "0.4/s",
    ]);
    expect(formatInstant("2026-11-23T14:00:05+02:00")).toBe("2026-11-23 12:00:05 UTC");
    expect(formatInstant("nonsense")).toBe("–");
    expect(secondsBetween("2026-11-23T12:00:05Z", "2026-11-23T12:00:00Z")).toBe(0);
  });

  it("says no time left where the total or the rate is unknown", () => {
    expect(sayProgress({ what: "orgs", done: 4_210, total: undefined, perSecond: 20 })).toBe(
      "orgs 4,210 · 20/s",
    );
    expect(sayProgress({ what: "orgs", done: 0, total: 12_000, perSecond: 0 })).toBe(
      "orgs 0 of 12,000 (0%)",
    );
  });
});

describe("Markdown", () => {
  it.each([
    ["orgs_503_mode", "orgs_503_mode"],
    ["_emphasis_ **b**", "&#95;emphasis&#95; &#42;&#42;b&#42;&#42;"],
    ["a | b", "a &#124; b"],
    ["<script>", "&lt;script&gt;"],
    ["&lt;", "&amp;lt;"],
    ["two\nlines", "two · lines"],
    ["1. no list", "1&#46; no list"],
    ["# no heading", "&#35; no heading"],
    ["see http://evil.example", "see http&#58;//evil.example"],
    ["Mixlib::Models", "Mixlib&#58;:Models"],
    ["@2.4.0", "@2.4.0"],
    ["mover@127.0.0.1", "mover&#64;127.0.0.1"],
    ["a\u202eb", "ab"],
    ["", "–"],
  ])("escapes %j", (text, escaped) => expect(md(text)).toBe(escaped));

  it("uses a code span where it is exact, and a tag where it would not be", () => {
    expect(code("mover@127.0.0.1")).toBe("`mover@127.0.0.1`");
    expect(code("a`b")).toBe("<code>a&#96;b</code>");
  });

  it("cuts what is too long with a sign that it did", () => {
    expect(md("x".repeat(500), 10)).toBe(`${"x".repeat(9)}…`);
    expect(md("x".repeat(50_000), 10)).toBe(`${"x".repeat(9)}…`);
  });
});
