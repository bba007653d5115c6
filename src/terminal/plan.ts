import { prepare } from "../execute/prepare.ts";
import { planText } from "../report/plan-markdown.ts";
import { command } from "./command.ts";
import { planOptions, planRequest } from "./plan-options.ts";

/** `plan`: what would be done, as the approvers of a run see it. */
export const plan = command({
  summary: "show everything that would be done in an environment",
  usage: "--environment NAME [--runbook FILE] [--inventory FILE] [--vars MAP]",
  about: [
    "Shows every phase with its steps: hosts, exact commands with their environment, checks and expectations, and the plan's digest. Connects to nothing.",
  ],
  options: planOptions,
  examples: ["plan --environment pre-prod"],
  run(values, terminal) {
    for (const line of planText(prepare(planRequest(values)).plan)) terminal.write(line);
    return 0;
  },
});
