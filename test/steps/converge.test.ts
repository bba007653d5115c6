import { describe, expect, test } from "vitest";

import { judgeConverge, readConverge } from "../../src/steps/converge.ts";

describe("the end of a run of Chef's client", () => {
  test.each([
    ["Chef Client finished, 3/12 resources updated in 04 seconds", true, 3, 12, 4],
    ["Chef Client finished, 0/5 resources updated in 4.21 seconds", true, 0, 5, 4.21],
    ["Chef Client finished, 2 resources updated", true, 2, undefined, undefined],
    [
      "Chef Infra Client finished, 4/15 resources updated in 01 minutes 13 seconds",
      true,
      4,
      15,
      73,
    ],
    [
      "Cinc Client finished, 4/15 resources updated in 01 hours 02 minutes 03 seconds",
      true,
      4,
      15,
      3723,
    ],
    [
      "\u001b[0mChef Client failed. 3 resources updated in 01 seconds\u001b[0m",
      false,
      3,
      undefined,
      1,
    ],
  ])("%s", (line, ok, updated, total, seconds) => {
    expect(readConverge(["Starting", line, "[2026] FATAL: gone"])).toEqual({
      ok,
      updated,
      total,
      seconds,
    });
  });

  test.each([
    "Chef Client finished, 2/3 resources would have been updated",
    "[2014-09-09T10:11:12+00:00] INFO: Chef Run complete in 4.2 seconds",
    "Chef client 123 is running, will wait for it to finish and then run.",
    "",
  ])("is not told by %j", (line) => expect(readConverge([line])).toBeUndefined());

  test("that nothing tells of is no success, and one that failed is none whatever its status", () => {
    const act = { outcome: "succeeded", detail: "" } as const;
    expect(judgeConverge(act, "one", undefined)).toMatchObject({
      outcome: "failed",
      detail: expect.stringMatching(/nothing in its output says/) as string,
    });
    const failed = { ok: false, updated: 1, total: undefined, seconds: 2 };
    expect(judgeConverge(act, "one", failed)).toMatchObject({
      outcome: "failed",
      detail: "one: failed: 1 resources updated in 2 s",
    });
  });

  test("leaves an unknown end unknown", () => {
    const act = { outcome: "unknown", detail: "lost", underWay: true } as const;
    expect(judgeConverge(act, "one", undefined)).toEqual(act);
  });
});
