import { describe, expect, it } from "vitest";
import type { ActionOutputs } from "../../src/action/outputs.ts";
import { outputsOf } from "../../src/report/outputs.ts";
import * as round from "./example-round.ts";
import { JournalBuilder } from "./journal-builder.ts";

function outputs(journal: JournalBuilder, phase: string): ActionOutputs {
  return outputsOf(journal.events, phase);
}

describe("outputsOf", () => {
  it("knows nothing before anything happened", () => {
    expect(outputs(new JournalBuilder(), "preflight")).toEqual({});
  });

  it("has no downtime and no failures before they are counted", () => {
    const journal = new JournalBuilder();
    round.preflight(journal);
    expect(outputs(journal, "preflight")).toEqual({ outcome: "succeeded" });
  });

  it("reads a running clock at the last event and counts what the baseline does not cover", () => {
    const journal = new JournalBuilder();
    round.migrateBadly(journal);
    const started = journal.events.find(({ body }) => body.type === "downtime-started")?.at ?? "";
    const seconds = Math.round(
      (Date.parse(journal.events.at(-1)?.at ?? "") - Date.parse(started)) / 1000,
    );
    expect(seconds).toBeGreaterThan(0);
    expect(outputs(journal, "cutover")).toEqual({
      outcome: "refused",
      "downtime-seconds": seconds,
      "unknown-failures": 19,
    });
  });

  it("counts what is over the allowance of a known class", () => {
    const journal = new JournalBuilder();
    const failure = { class: "known", count: 12, allowed: 10, why: "", known: true, samples: [] };
    journal.add({ type: "verdict", good: false, reasons: [], rows: [], failures: [failure] });
    expect(outputs(journal, "migrate")).toEqual({ "unknown-failures": 2 });
  });

  it("has no outcome while a later attempt runs, and none of an earlier round", () => {
    const journal = new JournalBuilder();
    round.schemaThatFails(journal);
    expect(outputs(journal, "schema")).toEqual({ outcome: "failed" });
    journal.phase("schema", "Upgrade the schema", 2);
    expect(outputs(journal, "schema")).toEqual({});
    round.schemaThatFails(journal);
    journal.round = "round-2";
    round.preflight(journal);
    expect(outputs(journal, "schema")).toEqual({});
  });

  it("has the whole downtime once it is over", () => {
    const journal = round.wholeRound();
    const ended = journal.events.find(({ body }) => body.type === "downtime-ended")?.body;
    const seconds = ended?.type === "downtime-ended" ? Math.round(ended.seconds) : -1;
    expect(outputs(journal, "reopen")).toEqual({
      outcome: "succeeded",
      "downtime-seconds": seconds,
      "unknown-failures": 0,
    });
  });
});
