import { describe, expect, test } from "vitest";
import { bodies } from "../support/events.ts";
import { Engine } from "../support/engine.ts";

/* A command's output is read once, whoever follows it: a later run goes on at the byte where the last one stopped. */

const steps = `- id: act
  on: one
  run: |
    echo first; echo careful >&2; printf 'sec'
    while [ ! -e go ]; do sleep 0.05; done
    echo 'ond'; exit 3
  repeatable: true`;

async function cancelledAfterItsFirstLines(engine: Engine) {
  const cancel = new AbortController();
  const heard: string[] = [];
  const say = (line: string): void => {
    heard.push(line);
    if (heard.includes("one: first") && heard.includes("one: careful")) cancel.abort();
  };
  const end = await engine.run("work", { signal: cancel.signal, say });
  expect(end.outcome).toBe("cancelled");
  return end;
}

describe("a run that follows a command of an earlier one", () => {
  test("goes on behind the last whole line, and shows none twice", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    const first = await cancelledAfterItsFirstLines(engine);
    const noted = bodies(first.events, "observed").map(({ observation }) => observation);
    expect(noted).toContainEqual({
      kind: "followed",
      stdout: "first\n".length,
      stderr: "careful\n".length,
      lines: expect.arrayContaining(["first", "careful"]) as unknown,
    });
    engine.project.put("one", "go", "");
    const second = await engine.run("work");
    expect(second.said.filter((line) => line.startsWith("one: "))).toEqual(["one: second"]);
    expect(second.outcome).toBe("failed");
    const [applied] = bodies(second.events, "step-applied");
    expect(applied?.tail).toEqual(expect.arrayContaining(["first", "careful", "second"]));
  });

  test("begins at the start when it is another attempt", async () => {
    const engine = new Engine({ hosts: ["one"], steps });
    await engine.through("prepare");
    await cancelledAfterItsFirstLines(engine);
    engine.project.put("one", "go", "");
    await engine.run("work");
    const third = await engine.run("work");
    expect(third.said.filter((line) => line.startsWith("one: "))).toEqual(
      expect.arrayContaining(["one: first", "one: careful", "one: second"]),
    );
  });
});
