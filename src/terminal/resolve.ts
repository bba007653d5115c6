import { downtimeMeant } from "../execute/decide-budget.ts";
import { doubtMeant } from "../execute/doubt-meant.ts";
import { withRecord } from "../execute/recorded-hosts.ts";
import { look } from "../execute/look.ts";
import { prepare } from "../execute/prepare.ts";
import { type Decision, isBudget } from "../execute/run-resolution.ts";
import { readRuling, rulingForms } from "../execute/ruling-word.ts";
import { replay } from "../journal/replay.ts";
import { command, type Values } from "./command.ts";
import { confirm, refuseUnconfirmable } from "./confirm.ts";
import { listDowntime, showBudget } from "./budget.ts";
import { listDoubts, showRuling } from "./doubts.ts";
import { planOptions, planRequest } from "./plan-options.ts";
import { recordRuling } from "./record-ruling.ts";
import { accessFor, accessOptions } from "./ssh-access.ts";
import { UsageError } from "./usage-error.ts";

const options = {
  ...planOptions,
  step: {
    value: "STEP",
    about:
      "step to rule on: its id, PHASE/STEP or PHASE/STEP@HOST, or downtime for its budget; without it: what is in doubt",
  },
  ruling: {
    value: "done|not-done|budget=DURATION",
    about: "what you found out about the step, or how long the downtime may take in all",
  },
  reason: { value: "TEXT", about: "how you know; kept in the journal" },
  ...accessOptions,
  yes: { about: "do not ask for a confirmation; not where the environment is protected" },
  "without-github": { about: "rule in a protected environment although GitHub asks no reviewer" },
} as const;

type Given = Values<typeof options>;

/** `resolve`: a person's word on a step whose end nothing else can tell, or what there is to rule on. */
export const resolve = command({
  summary: "list what is in doubt in an environment, or rule on it",
  usage:
    "--environment NAME [--step STEP --ruling done|not-done|budget=DURATION --reason TEXT] [options]",
  about: [
    "A step is in doubt when it was sent and neither its answer nor its check tells how it ended: its phase ended as unknown, and nothing goes on past it. Re-run the phase first: it joins what still runs, reads how it ended, or asks the check again.",
    "Without --step it lists what is in doubt: what was sent, when, by which run, what its check said, and the read-only commands that would tell. That changes nothing, and exits with 0 also when something is in doubt.",
    "With --step, --ruling and --reason it records what you found out. It shows what is in doubt and what your ruling would mean, and asks you to type the environment's name. A ruling counts only where the check cannot tell; a step that is not in doubt is not ruled on. A protected environment wants --without-github, and its name typed.",
    "With --step downtime and --ruling budget=DURATION it records how long the downtime may take in all, what has elapsed included: a phase that was stopped by its budget goes on when it is re-run.",
  ],
  options,
  examples: [
    "resolve --environment pre-prod",
    'resolve --environment pre-prod --step schema/deploy-schema@pgsql2 --ruling done --reason "sqitch status by hand"',
    'resolve --environment pre-prod --step downtime --ruling budget=3h --reason "agreed with support"',
  ],
  async run(values, terminal) {
    const ruling = rulingOf(values);
    const request = planRequest(values);
    const loaded = prepare(request);
    if (ruling === undefined) {
      const events = await look(await accessFor(values, loaded, terminal), loaded);
      const { plan } = withRecord(request, loaded, replay(events));
      listDoubts(plan, events, terminal);
      listDowntime(plan, events, terminal);
      return 0;
    }
    const confirmation = {
      environment: request.environment,
      protected: loaded.plan.protected,
      yes: values.yes,
      withoutGithub: values["without-github"],
    };
    refuseUnconfirmable(confirmation, terminal);
    const access = await accessFor(values, loaded, terminal);
    const state = replay(await look(access, loaded));
    const prepared = withRecord(request, loaded, state);
    if (isBudget(ruling)) {
      showBudget(ruling, downtimeMeant(ruling, prepared.plan, state, new Date()), terminal);
      await confirm(confirmation, "record this decision", terminal);
      return recordRuling(ruling, { ...request, ...access }, terminal);
    }
    const doubts = doubtMeant(ruling.step, state, prepared.plan);
    showRuling(ruling, doubts, prepared.plan, terminal);
    await confirm(confirmation, "record this ruling", terminal);
    const attempts = doubts.map(({ inFlight }) => inFlight.id);
    return recordRuling({ ...ruling, attempts }, { ...request, ...access }, terminal);
  },
});

/** A ruling is whole or none: which step, what was found or decided, and how that is known. */
function rulingOf({ step, ruling, reason }: Given): Decision | undefined {
  if (step === undefined && ruling === undefined && reason === undefined) return undefined;
  const word = ruling === undefined ? undefined : readRuling(ruling);
  if (ruling !== undefined && word === undefined)
    throw new UsageError(`--ruling must be ${rulingForms}, not ${JSON.stringify(ruling)}`);
  const missing = Object.entries({ step, ruling, reason })
    .filter(([, value]) => value === undefined || value.trim() === "")
    .map(([name]) => `--${name}`);
  if (step === undefined || word === undefined || reason === undefined || missing.length > 0)
    throw new UsageError(
      `a ruling wants --step, --ruling and --reason; missing: ${missing.join(", ")}`,
    );
  const said = { step: step.trim(), reason: reason.trim() };
  return typeof word === "object" ? { ...said, ruling: word } : { ...said, ruling: word };
}
