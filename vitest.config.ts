import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";

/** What takes minutes, longest first: begun last it would be waited for alone. */
const long = [
  "test/faults/real",
  "test/faults/embedded",
  "test/walk",
  "test/rehearsal",
  "test/worlds",
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((one) => moduleId.includes(`/${one}`));
      return at === -1 ? long.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers and processes: slow on a busy machine, and a hang must still end.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On a shared machine a real server can be late; what is wrong is wrong each time.
    retry: process.env["CI"] === "true" ? 2 : 0,
    pool: "forks",
    // Most tests wait for real parts and leave the processors to others.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    // A test that runs as a job of a workflow must not write into that job's files.
    env: { GITHUB_ACTIONS: "", GITHUB_OUTPUT: "", GITHUB_STEP_SUMMARY: "", GITHUB_STATE: "" },
  },
});
