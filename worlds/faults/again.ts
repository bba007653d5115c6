import { before, chain, completes, type Fault } from "./fault.ts";
import { judgeFlags } from "./judge.ts";

/** Nothing is wrong, and it is run again all the same. */
export const againFaults: readonly Fault[] = [
  {
    name: "finished-phases-run-again",
    cause: "person",
    title: "each finished phase is run again before the next",
    end: `already-done, nothing changed; ${completes}`,
    after: before("schema"),
    completes: true,
    async play(scene) {
      scene.must(await scene.run("preflight"), ["already-done", "succeeded"]);
      for (const phase of ["schema", "mover", "migrate", "cutover"]) {
        await scene.pass(phase);
        scene.must(await scene.run(phase), ["already-done"]);
      }
    },
  },
  {
    name: "finished-chain-run-again",
    cause: "person",
    title: "a phase of a finished chain is run again",
    end: "already-done for its own run and refused for another: the round is said to be closed, nothing changed",
    after: chain,
    completes: false,
    async play(scene) {
      const calls = JSON.stringify(scene.far.calls());
      scene.must(await scene.run("migrate"), ["already-done"], /was closed by chain/);
      const other = await scene.run("migrate", { run: scene.someoneElse() });
      scene.must(other, ["refused"], /was closed by chain/);
      scene.expect(JSON.stringify(scene.far.calls()) === calls, "mover was asked for something");
      judgeFlags(await scene.far.flags(), {
        orgs_503_mode: "false",
        couchdb_organizations: "false",
      });
    },
  },
];
