import { formatCount, formatDuration } from "./format.ts";
import { safeLines } from "./gateway.ts";
import { type Block, code, details, list, md, page, paragraph, pre, titled } from "./markdown.ts";

/** What a page about a plan reads of it; the plan itself has all of this. */
export interface ShownPlan {
  readonly runbook: string;
  readonly title: string;
  readonly environment: string;
  readonly protected: boolean;
  /** What another environment must have proved before. */
  readonly evidence?: { readonly from: string } | undefined;
  readonly digest: string;
  readonly runbookDigest: string;
  /** How long writes may be refused in all. */
  readonly downtime?: { readonly budgetSeconds: number } | undefined;
  readonly hosts: Readonly<Record<string, ShownHost>>;
  readonly phases: readonly ShownPhase[];
}

export interface ShownHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly jump: string | undefined;
}

export interface ShownPhase {
  readonly id: string;
  readonly title: string;
  readonly dispatched: string | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly steps: readonly ShownStep[];
}

export interface ShownStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly units: readonly { readonly host: string | undefined }[];
  readonly batch: number;
  readonly when: readonly { readonly says: string }[] | undefined;
  readonly required: boolean;
  readonly downtime: "starts" | "ends" | undefined;
  readonly pointOfNoReturn: boolean;
  readonly describe: readonly string[];
  readonly next: string | undefined;
  readonly onRefusal: readonly ShownStep[];
}

const maxBytes = 900 * 1024;
/** Long enough for any command: what is approved must be readable to its end. */
const maxLineLength = 20_000;

/** The plan as a page for those who approve it: every step with its hosts, exact commands and checks. */
export function planMarkdown(plan: ShownPlan): string {
  const chain = plan.phases.filter(({ dispatched }) => dispatched === undefined);
  const others = plan.phases.filter(({ dispatched }) => dispatched !== undefined);
  const blocks: Block[] = [
    paragraph(
      `## Plan: ${md(plan.title, 120)} · ${md(plan.environment, 80)}${plan.protected ? " · 🔒 protected" : ""}${evidenceOf(plan)}`,
    ),
    list([
      `Plan digest ${code(plan.digest)}`,
      `Runbook digest ${code(plan.runbookDigest)}`,
      `${formatCount(chain.length, "phase")} in this order: ${chain.map(({ id }) => code(id, 80)).join(", ")}`,
      ...(others.length === 0
        ? []
        : [`Only when dispatched: ${others.map(({ id }) => code(id, 80)).join(", ")}`]),
      ...turningPoints(chain),
      ...budgetOf(plan),
    ]),
    details(
      "Hosts",
      list(
        Object.entries(plan.hosts).map(
          ([name, host]) => `${code(name, 80)} ${md(sayHost(host), 200)}`,
        ),
      ),
    ),
    ...plan.phases.flatMap(phaseBlocks),
  ];
  return page(blocks, maxBytes);
}

/** What the approval allows: a longer downtime needs a decision of its own. */
function budgetOf({ downtime }: ShownPlan): string[] {
  if (downtime === undefined) return [];
  const budget = formatDuration(downtime.budgetSeconds);
  return [
    `⏱ **Budget of the downtime**: ${budget}; no step that does not fit starts without a decision`,
  ];
}

/** Where downtime starts and ends and where the way back begins to cost data: what an approver looks for first. */
function turningPoints(phases: readonly ShownPhase[]): string[] {
  return phases.flatMap((phase) =>
    phase.steps.flatMap((step) =>
      marksOf(step).map((mark) => `${mark}: ${code(phase.id, 80)} › ${md(step.title, 120)}`),
    ),
  );
}

function marksOf({ downtime, pointOfNoReturn }: ShownStep): string[] {
  return [
    ...(downtime === "starts" ? ["⏱ **Downtime starts**"] : []),
    ...(downtime === "ends" ? ["⏱ **Downtime ends**"] : []),
    ...(pointOfNoReturn ? ["⚠️ **After this the way back loses data**"] : []),
  ];
}

function phaseBlocks(phase: ShownPhase): Block[] {
  const only =
    phase.dispatched === undefined ? "" : ` · only when ${md(phase.dispatched, 80)} is dispatched`;
  const limit =
    phase.timeoutSeconds === undefined ? "" : ` · at most ${formatDuration(phase.timeoutSeconds)}`;
  return [
    paragraph(`### ${md(phase.id, 80)}: ${md(phase.title, 120)}${only}${limit}`),
    ...phase.steps.flatMap((step, index) => stepBlocks(step, `${index + 1}`, [])),
  ];
}

function stepBlocks(step: ShownStep, number: string, before: readonly string[]): Block[] {
  const title = `**${number}. ${md(step.title, 120)}** · ${md(step.kind, 40)}${sayWhere(step)}`;
  const marks = marksOf(step);
  const remarks = [...before, ...remarksOf(step)].map((remark) => md(remark, 300));
  const heading = [title, ...marks, ...remarks].join("<br>");
  const body =
    step.describe.length === 0
      ? paragraph(heading)
      : titled(heading, pre(linesOf(step), maxLineLength));
  return [
    body,
    ...step.onRefusal.flatMap((one, index) =>
      stepBlocks(one, `${number}.${index + 1}`, [onlyWhenRefused(number)]),
    ),
  ];
}

/** Commands of several lines end with a line break in YAML, which would show as an empty line. */
function linesOf({ describe }: ShownStep): string[] {
  return describe.flatMap((text) => text.replace(/\n+$/, "").split("\n"));
}

function onlyWhenRefused(number: string): string {
  return `only when step ${number} is refused`;
}

/** Kinds whose hosts have an order; the others ask or act as a whole. */
const ordered = new Set(["run", "assert"]);

function sayWhere({ kind, units, batch }: ShownStep): string {
  const hosts = units.flatMap(({ host }) => (host === undefined ? [] : [host]));
  if (hosts.length === 0) return "";
  const order =
    batch === 1
      ? "one after the other"
      : batch >= hosts.length
        ? "all at once"
        : `${batch} at once`;
  return ` · on ${hosts.map((host) => md(host, 80)).join(", ")}${hosts.length > 1 && ordered.has(kind) ? `, ${order}` : ""}`;
}

function remarksOf({ when, required, next }: ShownStep): string[] {
  return [
    ...(when === undefined ? [] : [`only if ${when.map(({ says }) => says).join(" and ")}`]),
    ...(required ? [] : ["the phase goes on if this fails"]),
    ...(next === undefined ? [] : [`if it does not hold: ${next}`]),
  ];
}

function evidenceOf({ evidence }: ShownPlan): string {
  return evidence === undefined ? "" : ` · wants evidence of ${md(evidence.from, 80)}`;
}

/** The same plan as plain lines, for a terminal and the live log; each has been through the gateway. */
export function planText(plan: ShownPlan, secrets: readonly string[] = []): string[] {
  const lines = [
    `${plan.title} · ${plan.environment}${plan.protected ? " · protected" : ""}${evidenceOf(plan)}`,
    `plan digest ${plan.digest}`,
    ...budgetOf(plan).map((line) => line.replaceAll("**", "")),
    ...plan.phases.flatMap((phase) => [
      "",
      `${phase.id}: ${phase.title}${phase.dispatched === undefined ? "" : ` (only when ${phase.dispatched} is dispatched)`}`,
      ...phase.steps.flatMap((step, index) => stepText(step, `${index + 1}`, [])),
    ]),
  ];
  return lines.flatMap((line) => safeLines(line, { secrets }));
}

function stepText(step: ShownStep, number: string, before: readonly string[]): string[] {
  const hosts = step.units.flatMap(({ host }) => (host === undefined ? [] : [host]));
  const where = hosts.length === 0 ? "" : ` [${hosts.join(", ")}]`;
  const marks = marksOf(step).map((mark) => `     ${mark.replaceAll("**", "")}`);
  return [
    `  ${number}. ${step.title}${where}`,
    ...marks,
    ...[...before, ...remarksOf(step)].map((remark) => `     ${remark}`),
    ...linesOf(step).map((line) => `     ${line}`),
    ...step.onRefusal.flatMap((one, index) =>
      stepText(one, `${number}.${index + 1}`, [onlyWhenRefused(number)]),
    ),
  ];
}

function sayHost({ address, port, user, jump }: ShownHost): string {
  return `is ${user} at ${address} port ${port}${jump === undefined ? "" : ` by way of ${jump}`}`;
}
