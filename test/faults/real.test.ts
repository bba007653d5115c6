import { faults } from "../../worlds/faults/index.ts";
import { prove } from "./support/prove.ts";
import { realWorldIsHere, worldsOf } from "./support/worlds-of.ts";

const here = await realWorldIsHere();

prove(
  faults.filter((fault) => worldsOf(fault, here).includes("real")),
  "real",
);
