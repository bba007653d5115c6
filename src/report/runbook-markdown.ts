import { formatCount, formatDuration } from "./format.ts";
import { type Block, code, fence, list, md, page, paragraph, table, titled } from "./markdown.ts";

/** What a page about a runbook reads of it; roles stand where a plan has hosts. */
export interface ShownDocument {
  readonly runbook: {
    readonly name: string;
    readonly title: string;
    readonly file: string;
    readonly vars: Readonly<Record<string, string | number | boolean | null>>;
    readonly perEnvironment: readonly string[];
    readonly secrets: Readonly<
      Record<string, { readonly optional: boolean; readonly description?: string }>
    >;
    readonly failureRules: readonly ShownFailureRule[];
  };
  readonly roles: readonly { readonly name: string; readonly oneHostFor: readonly string[] }[];
  readonly downtime: { readonly budgetSeconds: number } | undefined;
  readonly phases: readonly ShownRunbookPhase[];
  readonly references: readonly {
    readonly kind: string;
    readonly name: string;
    readonly title: string;
    readonly lines: readonly string[];
  }[];
}

interface ShownFailureRule {
  readonly class: string;
  readonly match: string;
  readonly level?: string;
  readonly benignHint?: string;
  readonly benignUnless?: {
    readonly class: string;
    readonly atSource: Readonly<Record<string, string>>;
  };
}

interface ShownRunbookPhase {
  readonly id: string;
  readonly title: string;
  readonly round: "opens" | "closes" | undefined;
  readonly dispatched: string | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly comment: readonly string[];
  readonly steps: readonly ShownRunbookStep[];
}

interface ShownRunbookStep {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  /** What the author wrote above it: often the words of the document that the runbook was made from. */
  readonly comment: readonly string[];
  readonly where: {
    readonly roles: readonly string[];
    readonly console?: string;
    readonly order?: string;
  };
  readonly when: readonly { readonly says: string }[] | undefined;
  readonly until: string | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly required: boolean;
  readonly repeatable: boolean;
  readonly downtime: "starts" | "ends" | undefined;
  readonly pointOfNoReturn: boolean;
  readonly onPartial: { readonly kind: string; readonly step?: string };
  readonly next: string | undefined;
  readonly describe: readonly string[];
  readonly onRefusal: readonly ShownRunbookStep[];
}

/** Long enough for any command: what somebody goes by must be readable to its end. */
const maxLineLength = 20_000;

/** The runbook as a page for people: the tree that is executed, told in the order in which it is. */
export function runbookMarkdown(document: ShownDocument): string {
  const { runbook, phases } = document;
  const chain = phases.filter(({ dispatched }) => dispatched === undefined);
  const others = phases.filter(({ dispatched }) => dispatched !== undefined);
  const blocks: Block[] = [
    paragraph(`# ${md(runbook.title, 200)}`),
    paragraph(
      `Runbook ${code(runbook.name)}. Where something depends on the environment its default is shown, or its name in angle brackets; the plan of an environment has the values and the hosts.`,
    ),
    ...overviewBlocks(document, chain, others),
    ...variableBlocks(runbook),
    ...secretBlocks(runbook),
    ...roleBlocks(document),
    paragraph("## The phases, in this order"),
    ...chain.flatMap((phase, index) => phaseBlocks(phase, `${index + 1}. `)),
    ...(others.length === 0 ? [] : [paragraph("## Phases that are dispatched on their own")]),
    ...others.flatMap((phase) => phaseBlocks(phase, "")),
    ...referenceBlocks(document),
    ...failureBlocks(runbook),
  ];
  return page(blocks, Number.MAX_SAFE_INTEGER);
}

function overviewBlocks(
  { downtime }: ShownDocument,
  chain: readonly ShownRunbookPhase[],
  others: readonly ShownRunbookPhase[],
): Block[] {
  const names = (phases: readonly ShownRunbookPhase[]): string =>
    phases.map(({ id }) => code(id, 80)).join(", ");
  return [
    list([
      `${formatCount(chain.length, "phase")} in this order: ${names(chain)}`,
      ...(others.length === 0 ? [] : [`Only when dispatched: ${names(others)}`]),
      ...chain.flatMap((phase) =>
        phase.steps.flatMap((step) =>
          marksOf(step).map((mark) => `${mark}: ${code(phase.id, 80)} › ${md(step.title, 200)}`),
        ),
      ),
      ...(downtime === undefined
        ? []
        : [
            `⏱ **Budget of the downtime**: ${formatDuration(downtime.budgetSeconds)}; no step that does not fit starts without a decision`,
          ]),
    ]),
  ];
}

function variableBlocks({ vars, perEnvironment }: ShownDocument["runbook"]): Block[] {
  const rows = Object.entries(vars).map(([name, value]) => [
    code(name, 120),
    value === null ? "has to be given" : code(String(value), 2_000),
    perEnvironment.includes(name) ? "may differ" : "part of what a rehearsal proves",
  ]);
  if (rows.length === 0) return [];
  const columns = ["Variable", "Default", "Per environment"];
  return [paragraph("## Variables"), table(columns, rows)];
}

function secretBlocks({ secrets }: ShownDocument["runbook"]): Block[] {
  const items = Object.entries(secrets).map(([name, { optional, description = "" }]) => {
    const what = description === "" ? "" : `: ${md(description, 500)}`;
    return `${code(name, 120)}${optional ? ", optional" : ", needed"}${what}`;
  });
  return items.length === 0 ? [] : [paragraph("## Secrets"), list(items)];
}

function roleBlocks({ roles }: ShownDocument): Block[] {
  if (roles.length === 0) return [];
  const items = roles.map(({ name, oneHostFor }) => {
    const one = oneHostFor.map((purpose) => md(purpose, 200)).join(", ");
    return `${code(name, 120)}${one === "" ? "" : `: exactly one host (${one})`}`;
  });
  return [paragraph("## Roles that the inventory has to have"), list(items)];
}

function phaseBlocks(phase: ShownRunbookPhase, number: string): Block[] {
  const remarks = [
    ...(phase.dispatched === undefined
      ? []
      : [`Only when ${md(phase.dispatched, 80)} is dispatched.`]),
    ...(phase.round === undefined
      ? []
      : [phase.round === "opens" ? "It opens the round." : "It closes the round."]),
    ...(phase.timeoutSeconds === undefined
      ? []
      : [`It takes at most ${formatDuration(phase.timeoutSeconds)}.`]),
  ];
  return [
    paragraph(`### ${number}${md(phase.title, 200)} (${code(phase.id, 80)})`),
    ...quoteBlocks(phase.comment),
    ...(remarks.length === 0 ? [] : [paragraph(remarks.join(" "))]),
    ...phase.steps.flatMap((step, index) => stepBlocks(step, `${index + 1}`, [])),
  ];
}

function stepBlocks(step: ShownRunbookStep, number: string, before: readonly string[]): Block[] {
  const title = `**${number}. ${md(step.title, 200)}** · ${code(step.id, 80)} · ${md(step.kind, 40)}${sayWhere(step)}`;
  const remarks = [...before, ...remarksOf(step)].map((remark) => md(remark, 1_000));
  const heading = [title, ...marksOf(step), ...remarks].join("<br>");
  const lines = [...commentLines(step.comment), ...linesOf(step.describe)];
  return [
    lines.length === 0 ? paragraph(heading) : titled(heading, fence(lines, maxLineLength)),
    ...step.onRefusal.flatMap((one, index) =>
      stepBlocks(one, `${number}.${index + 1}`, [`only when step ${number} is refused`]),
    ),
  ];
}

/** Above a step they stand with its commands, as they were typed: they may be commands themselves. */
function commentLines(comment: readonly string[]): string[] {
  return comment.map((line) => `# ${line}`.trimEnd());
}

/** The author's own words, as a quotation of which no line is markup. */
function quoteBlocks(comment: readonly string[]): Block[] {
  const lines = comment.filter((line) => line.trim() !== "");
  return lines.length === 0 ? [] : [paragraph(...lines.map((line) => `> ${md(line, 2_000)}  `))];
}

function sayWhere({ where: { roles, console, order } }: ShownRunbookStep): string {
  const on = roles.length === 0 ? "" : ` on ${roles.map((role) => code(role, 80)).join(", ")}`;
  const within = console === undefined ? "" : ` in console ${code(console, 80)}`;
  if (on === "" && within === "") return "";
  return ` ·${within}${on}${order === undefined ? "" : `, ${order}`}`;
}

function marksOf({ downtime, pointOfNoReturn }: ShownRunbookStep): string[] {
  return [
    ...(downtime === "starts" ? ["⏱ **Downtime starts**"] : []),
    ...(downtime === "ends" ? ["⏱ **Downtime ends**"] : []),
    ...(pointOfNoReturn ? ["⚠️ **Point of no return: after this the way back loses data**"] : []),
  ];
}

function remarksOf(step: ShownRunbookStep): string[] {
  const { when, until, required, repeatable, timeoutSeconds, next } = step;
  return [
    ...(when === undefined ? [] : [`only if ${when.map(({ says }) => says).join(" and ")}`]),
    ...(until === undefined ? [] : [`counts as done once step ${until} is done`]),
    ...(required ? [] : ["the phase goes on if this fails"]),
    ...(repeatable ? ["repeatable: doing it again does no harm"] : []),
    ...sayPartial(step),
    ...(timeoutSeconds === undefined ? [] : [`at most ${formatDuration(timeoutSeconds)}`]),
    ...(next === undefined ? [] : [`if it does not hold: ${next}`]),
  ];
}

function sayPartial({ onPartial: { kind, step } }: ShownRunbookStep): string[] {
  if (kind === "apply") return ["found half done, it is done again"];
  return kind === "redo-from" ? [`found half done, it is done again from step ${step ?? ""}`] : [];
}

/** Commands of several lines end with a line break in YAML, which would show as an empty line. */
function linesOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.replace(/\n+$/, "").split("\n"));
}

function referenceBlocks({ references }: ShownDocument): Block[] {
  if (references.length === 0) return [];
  return [
    paragraph("## What the steps refer to"),
    ...references.map(({ kind, name, title, lines }) =>
      titled(
        `**${md(kind, 40)} ${code(name, 120)}** ${md(title, 1_000)}`,
        fence(linesOf(lines), maxLineLength),
      ),
    ),
  ];
}

function failureBlocks({ failureRules }: ShownDocument["runbook"]): Block[] {
  if (failureRules.length === 0) return [];
  const rows = failureRules.map((rule) => [
    code(rule.class, 120),
    rule.level === undefined ? "any" : code(rule.level, 40),
    code(rule.match, 2_000),
    sayBenign(rule),
  ]);
  return [
    paragraph("## Failure classes"),
    table(["Class", "Level", "A line of the log that matches", "Benign"], rows),
  ];
}

function sayBenign({ benignHint, benignUnless }: ShownFailureRule): string {
  const hint = benignHint === undefined ? [] : [md(benignHint, 1_000)];
  if (benignUnless === undefined) return hint.join("") || "–";
  const what = Object.values(benignUnless.atSource).map((name) => md(name, 120));
  return [
    ...hint,
    `${code(benignUnless.class, 120)} instead where ${what.join(" and ")} is still at the source`,
  ].join("; ");
}
