import { ChefError } from "./chef-error.ts";

/** What a search wants of the nodes that it finds. */
export interface NodeQuestion {
  /** Name in the answer to the path of the attribute: `{ address: ["cloud", "public_ipv4"] }`. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly rowsPerPage?: number;
}

/** A node that a search found, with the attributes that were asked for; `null` where it has none. */
export interface FoundNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One page of an answer, as it came. */
export interface SearchPage {
  /** How many nodes match in all. */
  readonly total: number;
  readonly rows: readonly SearchRow[];
}

interface SearchRow {
  readonly url: string;
  /** Undefined where the server could say nothing of the node. */
  readonly data: Readonly<Record<string, unknown>> | undefined;
}

/** All pages, and in what they do not go together. */
interface Taken {
  readonly nodes: readonly FoundNode[];
  readonly wrong: readonly string[];
  readonly pages: number;
}

const tries = 3;

/**
 * All nodes of a search, page by page, each once. One page is of one moment. Between several, a node may come or
 * vanish and another be missed for it, so they count when two readings of them say the same. After a few readings
 * that do not, it is an error that says what differs.
 */
export async function allPages(
  page: (start: number) => Promise<SearchPage>,
  rowsPerPage: number,
  said: string,
): Promise<readonly FoundNode[]> {
  let before: Taken | undefined;
  let differs: readonly string[] = [];
  for (let time = 1; time <= tries; time += 1) {
    const taken = await takeAll(page, rowsPerPage);
    differs = differences(before, taken);
    const confirmed = taken.pages === 1 || (before !== undefined && differs.length === 0);
    if (taken.wrong.length === 0 && confirmed) return taken.nodes;
    differs = [...taken.wrong, ...differs];
    before = taken;
  }
  throw new ChefError(`${said}: asked ${tries} times, ${differs.join("; ")}`, {
    kind: "not-done",
    next: "see with `knife search node` what comes back, and whether this client may read all of these nodes; a node that is just being made or deleted settles by itself",
    status: 200,
  });
}

function differences(before: Taken | undefined, taken: Taken): readonly string[] {
  if (before === undefined) return [];
  return [
    ...names("only in the last reading", taken.nodes, before.nodes),
    ...names("only in the one before", before.nodes, taken.nodes),
  ];
}

async function takeAll(
  page: (start: number) => Promise<SearchPage>,
  rowsPerPage: number,
): Promise<Taken> {
  const first = await page(0);
  const { total } = first;
  const rows = [...first.rows];
  const wrong: string[] = [];
  const pages = Math.max(1, Math.ceil(total / rowsPerPage));
  for (let start = rowsPerPage; start < total; start += rowsPerPage) {
    const next = await page(start);
    rows.push(...next.rows);
    if (next.total === total || wrong.length > 0) continue;
    wrong.push(`the number of nodes went from ${total} to ${next.total} while they were read`);
  }
  const nodes = rows.flatMap((row) => nodeOf(row) ?? []);
  return { nodes, wrong: wrong.length > 0 ? wrong : gaps(total, rows, nodes), pages };
}

/** What is missing or twice in pages whose totals agree. */
function gaps(
  total: number,
  rows: readonly SearchRow[],
  nodes: readonly FoundNode[],
): readonly string[] {
  const without = rows.filter((row) => nodeOf(row) === undefined).map(({ url }) => urlName(url));
  const twice = nodes
    .map(({ name }) => name)
    .filter((name, index, all) => all.indexOf(name) !== index);
  return [
    ...(rows.length === total ? [] : [`${total} nodes match, and ${rows.length} of them came`]),
    ...(without.length === 0
      ? []
      : [`the server has nothing to say of ${without.join(", ")}, as of a node that vanished`]),
    ...(twice.length === 0 ? [] : [`it found ${[...new Set(twice)].join(", ")} twice`]),
  ];
}

function nodeOf({ data }: SearchRow): FoundNode | undefined {
  const { name, ...attributes } = data ?? {};
  return typeof name === "string" && name !== "" ? { name, attributes } : undefined;
}

function names(
  what: string,
  these: readonly FoundNode[],
  those: readonly FoundNode[],
): readonly string[] {
  const others = new Set(those.map(({ name }) => name));
  const only = these.map(({ name }) => name).filter((name) => !others.has(name));
  return only.length === 0 ? [] : [`${what}: ${only.join(", ")}`];
}

/** The last part of a node's URL is its name. */
function urlName(url: string): string {
  return url === "" ? "a node without a name" : (url.split("/").at(-1) ?? url);
}

/** A page of an answer; undefined where the JSON is no answer of a search. */
export function pageOf(json: unknown): SearchPage | undefined {
  if (!isRecord(json)) return undefined;
  const { total, rows } = json;
  if (typeof total !== "number" || !Number.isSafeInteger(total) || total < 0) return undefined;
  if (!Array.isArray(rows) || !rows.every((row) => row === null || isRecord(row))) return undefined;
  return { total, rows: rows.map(rowOf) };
}

function rowOf(row: Readonly<Record<string, unknown>> | null): SearchRow {
  const { url, data } = row ?? {};
  return { url: typeof url === "string" ? url : "", data: isRecord(data) ? data : undefined };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
