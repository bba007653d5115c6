import { faults } from "../../worlds/faults/index.ts";
import { prove } from "./support/prove.ts";

prove(faults, "embedded");
