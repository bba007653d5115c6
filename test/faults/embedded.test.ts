import { faults } from "../../worlds/faults/index.ts";
import { prove } from "./support/prove.ts";

prove(
  faults.filter(({ worlds }) => worlds.includes("embedded")),
  "embedded",
);
