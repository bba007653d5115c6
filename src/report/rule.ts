import type { StepPlace } from "../journal/replay.ts";

/** The name by which a person rules on a step, or on its part on one host. */
export function nameOf({
  phase,
  step,
  host,
}: Pick<StepPlace, "phase" | "step"> & { readonly host?: string | undefined }): string {
  return host === undefined ? `${phase}/${step}` : `${phase}/${step}@${host}`;
}

/** Both ways to rule, as they are typed; the reason is the person's own. */
export function ruleLines(environment: string, names: readonly string[]): readonly string[] {
  const [name, ...others] = names;
  if (name === undefined) return [];
  const [where, which] = [word(environment), word(name)];
  const reason = `"how you know"`;
  return [
    `gh workflow run resolve.yml -f environment=${where} -f step=${which} -f ruling=done -f reason=${reason}`,
    `node dist/cli.js resolve --environment ${where} --step ${which} --ruling done --reason ${reason}`,
    "or ruling not-done: then it is sent again where its check still cannot tell",
    ...(others.length === 0 ? [] : [`and the same for ${others.join(", ")}`]),
  ];
}

function word(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
