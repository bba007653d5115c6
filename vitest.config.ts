import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers and processes: slow on a busy machine, and a hang must still end.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // On a shared machine a real server can be late once; what is wrong is wrong twice.
    retry: process.env["CI"] === "true" ? 1 : 0,
    pool: "forks",
    // A test that runs as a job of a workflow must not write into that job's files.
    env: { GITHUB_ACTIONS: "", GITHUB_OUTPUT: "", GITHUB_STEP_SUMMARY: "", GITHUB_STATE: "" },
  },
});
