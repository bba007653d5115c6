import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inputDefinitions } from "../../src/action/inputs.ts";
import { outputDefinitions } from "../../src/action/outputs.ts";

const action = parse(readFileSync("action.yml", "utf8")) as Record<string, unknown>;

describe("action.yml", () => {
  it("declares the inputs of the registry and no others", () => {
    const expected = Object.entries(inputDefinitions).map(([name, definition]) => [
      name,
      { ...definition, required: "required" in definition },
    ]);
    expect(action["inputs"]).toEqual(Object.fromEntries(expected));
  });

  it("declares the outputs of the registry and no others", () => {
    expect(action["outputs"]).toEqual(outputDefinitions);
  });

  it("keeps the names of the contract", () => {
    const inputs =
      "phase environment runbook inventory vars plan-digest ssh-private-key ssh-passphrase known-hosts " +
      "github-token dry-run accept-data-loss keep-503 secrets step ruling reason";
    const outputs = "outcome plan-digest journal downtime-seconds unknown-failures";
    expect(Object.keys(inputDefinitions)).toEqual(inputs.split(" "));
    expect(Object.keys(outputDefinitions)).toEqual(outputs.split(" "));
  });

  it("runs the bundle on Node 24 and has what the marketplace asks for", () => {
    expect(action["runs"]).toEqual({ using: "node24", main: "dist/index.js" });
    expect(action["branding"]).toEqual({ icon: expect.any(String), color: expect.any(String) });
  });
});
