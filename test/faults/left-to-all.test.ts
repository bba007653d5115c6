import { expect, test } from "vitest";

import { faults } from "../../worlds/faults/index.ts";
import { leftToAll } from "../../worlds/faults/left-to-all.ts";

test("what every run leaves out are faults, and every cause is played in every run", () => {
  const names = new Set(faults.map(({ name }) => name));
  expect([...leftToAll].filter((name) => !names.has(name))).toEqual([]);
  const played = new Set(
    faults.filter(({ name }) => !leftToAll.has(name)).map(({ cause }) => cause),
  );
  const left = [...new Set(faults.map(({ cause }) => cause))].filter((one) => !played.has(one));
  expect(left).toEqual([]);
});
