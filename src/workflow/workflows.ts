import { chainText } from "./chain.ts";
import { dispatchedText } from "./dispatched.ts";
import type { Source } from "./given.ts";
import { spoken } from "./quote.ts";
import { resolveText } from "./resolve.ts";

/** One workflow, as it is to stand in the repository. */
export interface WorkflowFile {
  readonly name: string;
  readonly text: string;
}

export interface Naming extends Source {
  /** Whether the files of what is dispatched carry the runbook's name, for a repository with several runbooks. */
  readonly prefixed: boolean;
}

/** Every workflow of a runbook: the chain, each phase that is dispatched on its own, and the ruling. */
export function workflowsOf(naming: Naming): readonly WorkflowFile[] {
  const { runbook } = naming;
  const { name, stem } = names(naming);
  const singles = runbook.phases.flatMap((phase) => {
    const { id, dispatched } = phase;
    if (dispatched === undefined) return [];
    const called = { name: name(id), stem: stem(id) };
    const text = dispatchedText(naming, { ...phase, dispatched }, called);
    return [{ name: `${stem(id)}.yml`, text }];
  });
  return [
    { name: `${runbook.name}.yml`, text: chainText(naming) },
    ...singles,
    { name: `${stem("resolve")}.yml`, text: resolveText(naming, name("resolve")) },
  ];
}

/** How a workflow is called, and what its file and its concurrency group are called. */
function names({ runbook, prefixed }: Naming) {
  return {
    name: (id: string) => (prefixed ? spoken(`${runbook.name}-${id}`) : spoken(id)),
    stem: (id: string) => (prefixed ? `${runbook.name}-${id}` : id),
  };
}
