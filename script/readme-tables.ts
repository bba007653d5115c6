import { inputDefinitions, type InputDefinition } from "../src/action/inputs.ts";
import { outputDefinitions } from "../src/action/outputs.ts";

/** Puts the action's inputs and outputs between their markers in the README, so that it cannot tell of others. */
export function withActionTables(readme: string): string {
  return replaceBetween(replaceBetween(readme, "inputs", inputTable()), "outputs", outputTable());
}

function inputTable(): string {
  const rows = Object.entries<InputDefinition>(inputDefinitions).map(
    ([name, { description, required, default: preset }]) =>
      `| \`${name}\` | ${cell(description)} | ${required === true ? "required" : presetOf(preset)} |`,
  );
  return ["| Input | What it is | Default |", "| --- | --- | --- |", ...rows].join("\n");
}

function presetOf(preset: string | undefined): string {
  return preset === undefined ? "" : `\`${preset}\``;
}

function outputTable(): string {
  const rows = Object.entries(outputDefinitions).map(
    ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
  );
  return ["| Output | What it is |", "| --- | --- |", ...rows].join("\n");
}

/** `<environment>` would be taken for a tag and disappear. */
function cell(text: string): string {
  return text.replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("|", "\\|");
}

function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: made by script/generate.ts -->`, `<!-- /${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from === -1 || to < from) {
    throw new Error(`README.md lacks the lines "${start}" and "${end}": put them back`);
  }
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}
