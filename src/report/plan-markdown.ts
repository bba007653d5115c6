import { formatCount, formatDuration } from "./format.ts";
import { safeLines } from "./gateway.ts";
import { type Block, code, details, list, md, page, paragraph, pre, titled } from "./markdown.ts";
import { sayHost, type ShownHost } from "./say-host.ts";

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
  /** Role to how its hosts are found, where the inventory does not name them. */
  readonly searches?: Readonly<Record<string, ShownSearch>> | undefined;
  /** What hosts of the inventory have of their own, where such a host is found. */
  readonly ownVariables?:
    | Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>
    | undefined;
  readonly phases: readonly ShownPhase[];
}

/** A search, with the attribute that has the address in the address' place. */
export interface ShownSearch extends ShownHost {
  readonly server: string;
  readonly query: string;
}

export interface ShownPhase {
  readonly id: string;
  readonly title: string;
  readonly round?: "opens" | "closes" | undefined;
  readonly dispatched: string | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly steps: readonly ShownStep[];
}

export interface ShownStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  /** With a role, a unit stands for one on each host that is yet to be found. */
  readonly units: readonly { readonly host: string | undefined; readonly role?: string }[];
  readonly batch: number;
  readonly batchPercent?: number;
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
    ...searchBlocks(plan),
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

/** What an approver allows without a name in it: who is searched for, where, and how such a host is reached. */
function searchBlocks(plan: ShownPlan): Block[] {
  const lines = searchLines(plan, { name: code, text: md });
  if (lines.length === 0) return [];
  return [paragraph("### Hosts that are searched for"), list(lines)];
}

/** How names and other texts are written: marked up, or as they stand. */
interface Voice {
  readonly name: (name: string, limit?: number) => string;
  readonly text: (text: string, limit?: number) => string;
}

function searchLines(
  { searches = {}, ownVariables = {}, phases }: ShownPlan,
  { name: quote, text }: Voice,
): string[] {
  const opening = phases.find(({ round }) => round === "opens")?.id ?? "the first phase";
  const roles = Object.entries(searches).map(([role, { server, query, address, ...way }]) => {
    const at = { ...way, address: `its ${address}` };
    return `Hosts of role ${quote(role, 80)} are found by ${quote(opening, 80)} with the search ${quote(query, 1_000)} at ${text(server, 300)}; each ${text(sayHost(at), 300)}`;
  });
  if (roles.length === 0) return [];
  const own = Object.entries(ownVariables).map(([name, vars]) => {
    const values = Object.entries(vars).map(([key, value]) => `${key}=${String(value)}`);
    return `Where ${quote(name, 80)} is found, it has ${quote(values.join(" "), 1_000)}`;
  });
  const fixed =
    "What is found stands in that phase's summary; the phases after it act on these hosts, and search no more";
  return [...roles, ...own, fixed];
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

function sayWhere(step: ShownStep): string {
  const hosts = step.units.flatMap(({ host }) => (host === undefined ? [] : [host]));
  if (hosts.length === 0) return "";
  const several = hosts.length > 1 || isSearched(step);
  return ` · on ${hosts.map((host) => md(host, 80)).join(", ")}${several && ordered.has(step.kind) ? `, ${orderOf(step)}` : ""}`;
}

function orderOf(step: ShownStep): string {
  const { batch, batchPercent, units } = step;
  if (batchPercent !== undefined) return `${batchPercent} % of them at once`;
  if (batch === 1) return "one after the other";
  if (isSearched(step)) return `up to ${batch} at once`;
  return batch >= units.length ? "all at once" : `${batch} at once`;
}

function isSearched({ units }: ShownStep): boolean {
  return units.some(({ role }) => role !== undefined);
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
    ...searchLines(plan, { name: (name) => name, text: (text) => text }),
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
  const order = isSearched(step) && ordered.has(step.kind) ? `; ${orderOf(step)}` : "";
  const where = hosts.length === 0 ? "" : ` [${hosts.join(", ")}${order}]`;
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
