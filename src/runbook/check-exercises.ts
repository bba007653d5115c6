import { problemAt } from "../config/check-shape.ts";
import { nearest } from "../config/nearest.ts";
import type { Problem } from "../config/problem.ts";
import type { Path, Source } from "../config/source.ts";
import { referencesIn } from "../config/template.ts";
import { capturedIn } from "../config/captured.ts";
import type { PlacedStep } from "./mentions.ts";
import type { ExerciseRequest, ExerciseStep } from "./schema.ts";

/** An exercise writes, and deletes what it wrote: nothing that it names may be anybody's but this round's own. */
export function checkExercises(steps: readonly PlacedStep[], source: Source): readonly Problem[] {
  return steps.flatMap(({ step, path }) =>
    step.kind === "exercise" ? [...owned(step, path, source), ...captures(step, path, source)] : [],
  );
}

function owned(step: ExerciseStep, path: Path, source: Source): readonly Problem[] {
  const problems: Problem[] = [];
  if (!namesRound(step.throwAway))
    problems.push(
      problemAt(
        source,
        [...path, "throw-away"],
        "what is thrown away has to be this round's own: put `${round}` into its name",
      ),
    );
  for (const [request, at] of requestsOf(step, path)) {
    // What makes something may name it in its body; what changes or removes it has it in its path.
    const texts = request.method === "POST" ? [request.path, ...textsOf(request)] : [request.path];
    const own = texts.some((text) => namesRound(text) || capturedIn(text).length > 0);
    if (reads(request) || own) continue;
    const where = request.method === "POST" ? "neither path nor body has" : "its path has no";
    const message = `this ${request.method} names nothing that is this round's own: ${where} \`\${round}\` or something captured`;
    problems.push(problemAt(source, [...at, "path"], message));
  }
  return problems;
}

/** What a request refers to has to be captured by one before it. */
function captures(step: ExerciseStep, path: Path, source: Source): readonly Problem[] {
  const known: string[] = [];
  const problems: Problem[] = [];
  for (const [request, at] of requestsOf(step, path)) {
    const places: [string, Path][] = [
      [request.path, [...at, "path"]],
      ...textsOf(request).map((text): [string, Path] => [text, [...at, "body"]]),
    ];
    for (const [text, where] of places) {
      for (const name of capturedIn(text)) {
        if (known.includes(name)) continue;
        const message = `no request before this one captures \`${name}\``;
        problems.push(problemAt(source, where, message, nearest(name, known)));
      }
    }
    known.push(...Object.keys(request.capture));
  }
  return problems;
}

function requestsOf(step: ExerciseStep, path: Path): readonly [ExerciseRequest, Path][] {
  return (["exercise", "finally"] as const).flatMap((key) =>
    step[key].map((request, index): [ExerciseRequest, Path] => [request, [...path, key, index]]),
  );
}

/** Every text of a request's body. */
function textsOf({ body }: ExerciseRequest): readonly string[] {
  const inside = (value: unknown): readonly string[] => {
    if (typeof value === "string") return [value];
    if (typeof value !== "object" || value === null) return [];
    return Object.values(value).flatMap(inside);
  };
  return inside(body);
}

const namesRound = (text: string): boolean => referencesIn(text).includes("round");

const reads = ({ method }: ExerciseRequest): boolean =>
  method === "GET" || method === "HEAD" || method === "OPTIONS";
