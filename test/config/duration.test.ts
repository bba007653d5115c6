import { expect, test } from "vitest";
import { parseDuration } from "../../src/config/duration.ts";

test.each([
  ["500ms", 0.5],
  ["30s", 30],
  ["1.5m", 90],
  ["5m", 300],
  ["1h", 3600],
  ["30", undefined],
  ["-5s", undefined],
  ["5 m", undefined],
  ["1h30m", undefined],
  ["", undefined],
])("%j is %j seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});
