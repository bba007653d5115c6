import type { Command } from "./command.ts";

const width = 92;

/** What there is, for a person who does not know yet what to ask for. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    "Runs a production runbook one phase at a time.",
    "",
    "Usage: runbook-phase COMMAND [options]",
    "",
    "Commands:",
    ...table(rows),
    "",
    "runbook-phase COMMAND --help says more about one of them.",
    exitStatuses,
  ].join("\n");
}

/** How one command is used: what it does, what it takes, examples that can be typed. */
export function helpOf(name: string, one: Command): string {
  const { summary, about, options, examples } = one;
  const rows = Object.entries(options).map(([option, { value, about: what, default: or }]) => {
    const preset = or === undefined || or === "" ? "" : ` (default: ${or})`;
    return [`--${option}${value === undefined ? "" : ` ${value}`}`, `${what}${preset}`] as const;
  });
  return [
    `runbook-phase ${name}: ${summary}`,
    "",
    `Usage: ${usageOf(name, one)}`,
    "",
    ...about.flatMap((paragraph) => [...wrap(paragraph, width), ""]),
    "Options:",
    ...table(rows),
    "",
    "Examples:",
    ...examples.map((example) => `  node dist/cli.js ${example}`),
    "",
    exitStatuses,
  ].join("\n");
}

/** The one line that a wrong call is answered with. */
export function usageOf(name: string, { usage }: Command): string {
  return `runbook-phase ${name} ${usage}`;
}

const exitStatuses =
  "Exit status: 0 well, 1 failed, 2 wrong usage, 3 refused (nothing was changed), 4 unknown, 130 cancelled.";

function table(rows: readonly (readonly [string, string])[]): readonly string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, about]) =>
    wrap(about, width - left).map(
      (line, index) => `${(index === 0 ? `  ${name}` : "").padEnd(left)}${line}`,
    ),
  );
}

function wrap(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
