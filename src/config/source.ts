import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { Document, LineCounter, Node } from "yaml";
import type { Position } from "./problem.ts";

/** Steps from the document's top to one of its parts. */
export type Path = readonly (string | number)[];

/** A parsed file that still knows where each of its parts stood. */
export interface Source {
  readonly file: string;
  /** What the file holds, as plain data, unchecked. */
  readonly data: unknown;
  /** Position of a part, or of the nearest part above that exists; `key` is where its name stands. */
  at(path: Path, part?: "key" | "value"): Position;
  /** The path as far as it exists: `on/0` is `on` where one name stands instead of a list. */
  existing(path: Path): Path;
  /** The comment above an item of a list, line by line. */
  commentAbove(path: Path): readonly string[];
}

export function createSource(
  document: Document,
  lines: LineCounter,
  file: string,
  data: unknown,
): Source {
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return {
    file,
    data,
    at: (path, part = "value") => positionOf(offsetOf(document, path, part)),
    existing: (path) => path.slice(0, depthOf(document, path)),
    commentAbove: (path) => commentAbove(document, path),
  };
}

function offsetOf(document: Document, path: Path, part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, key] of path.entries()) {
    const found = childOf(follow(node, document), key);
    if (found === undefined) return offset;
    const last = index === path.length - 1;
    const keyOffset = startOf(found.key);
    offset =
      (last && part === "key" ? keyOffset : undefined) ??
      startOf(found.value) ??
      keyOffset ??
      offset;
    node = found.value;
  }
  return offset;
}

/** What stands above a list's first item belongs to the list, as YAML has it. */
function commentAbove(document: Document, path: Path): readonly string[] {
  const list = document.getIn(path.slice(0, -1), true);
  const item = document.getIn(path, true);
  const own = isNode(item) ? item.commentBefore : undefined;
  const first = path.at(-1) === 0 && isNode(list) ? list.commentBefore : undefined;
  const text = first ?? own ?? "";
  return text === "" ? [] : text.split("\n").map((line) => line.replace(/^ /, ""));
}

function depthOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  for (const [index, key] of path.entries()) {
    const found = childOf(follow(node, document), key);
    if (found === undefined) return index;
    node = found.value;
  }
  return path.length;
}

function follow(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

function childOf(
  node: unknown,
  key: string | number,
): { key?: unknown; value: unknown } | undefined {
  if (isSeq(node))
    return typeof key === "number" && key < node.items.length
      ? { value: node.items[key] }
      : undefined;
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
  );
  return pair === undefined ? undefined : { key: pair.key, value: pair.value };
}
