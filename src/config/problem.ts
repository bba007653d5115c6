/** Where something stands in a file that a person can open; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong, where it stands, and what was probably meant. */
export interface Problem {
  /** Absent for what did not come from a file, such as an action's input. */
  readonly position?: Position;
  /** Path in the document, such as `phases/2/steps/0/on`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** One line per problem, in the form that editors and terminals make clickable. */
export function formatProblem({ position, path, message, suggestion }: Problem): string {
  const where = [position && `${position.file}:${position.line}:${position.column}`, path].filter(
    Boolean,
  );
  const meant = suggestion === undefined ? "" : `; did you mean \`${suggestion}\`?`;
  return [...where, `${message}${meant}`].join(": ");
}

/** Everything that is wrong with a configuration, at once, so that it is corrected in one go. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(withoutRepeats(problems));
    super(sorted.map(formatProblem).join("\n"));
    this.problems = sorted;
  }
}

/** What stands under an anchor is found once for each of its aliases; it is wrong in one place. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const place = ({ position, message }: Problem): string => JSON.stringify([position, message]);
  const reversed = problems.toReversed().map((problem) => [place(problem), problem] as const);
  return [...new Map(reversed).values()].toReversed();
}

function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ position }: Problem): readonly [string, number, number] => [
    position?.file ?? "",
    position?.line ?? 0,
    position?.column ?? 0,
  ];
  return problems.toSorted((left, right) => {
    const [leftFile, leftLine, leftColumn] = rank(left);
    const [rightFile, rightLine, rightColumn] = rank(right);
    return leftFile.localeCompare(rightFile) || leftLine - rightLine || leftColumn - rightColumn;
  });
}

/** Ends a load that found something. */
export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}
