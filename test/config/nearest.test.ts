import { expect, test } from "vitest";
import { nearest } from "../../src/config/nearest.ts";

test.each([
  ["rn", ["run", "on"], "run"],
  ["rnu", ["reading", "run"], "run"],
  ["Timeout", ["timeout", "title"], "timeout"],
  ["chef-psql", ["couchdb", "chef-pgsql", "chef-pgsql-primary"], "chef-pgsql"],
  ["accepted", ["allowed", "accepted-by"], "accepted-by"],
  ["ac", ["accepted-by"], undefined],
  ["x", ["timeout"], undefined],
  ["zebra", ["run", "on", "timeout"], undefined],
  ["run", [], undefined],
] as const)("%j among %j is %j", (wanted, names, found) => {
  expect(nearest(wanted, names)).toBe(found);
});
