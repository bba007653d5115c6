export type Attributes = Readonly<Record<string, unknown>>;

interface Index {
  readonly nodes: ReadonlyMap<string, Attributes | null>;
  readonly hidden: ReadonlySet<string>;
}

/** A partial search of nodes as a Chef server answers it, for queries of terms that are joined by AND. */
export function search(
  { nodes, hidden }: Index,
  parameters: URLSearchParams,
  body: string,
): { readonly status: number; readonly body: unknown } {
  const query = parameters.get("q") ?? "*:*";
  const terms = termsOf(query);
  if (terms === undefined)
    return { status: 400, body: { error: [`invalid search query: '${query}'`] } };
  const start = Number(parameters.get("start") ?? 0);
  const rows = Number(parameters.get("rows") ?? 1000);
  const wanted = JSON.parse(body) as Readonly<Record<string, readonly string[]>>;
  const found = [...nodes].filter(([name, attributes]) =>
    terms.every((term) => matches(term, { ...attributes, name }, attributes === null)),
  );
  const page = found.slice(start, start + rows).filter(([name]) => !hidden.has(name));
  return {
    status: 200,
    body: {
      total: found.length,
      start,
      rows: page.map(([name, attributes]) => ({
        url: `https://chef.invalid/organizations/acme/nodes/${name}`,
        data: attributes === null ? null : pick(wanted, { ...attributes, name }),
      })),
    },
  };
}

type Term = readonly [field: string, value: string];

function termsOf(query: string): readonly Term[] | undefined {
  const terms = query.split(" AND ").map((text) => /^([\w*]+):"?([\w.*-]+)"?$/.exec(text.trim()));
  const quotes = query.split('"').length - 1;
  if (quotes % 2 !== 0 || terms.includes(null)) return undefined;
  return terms.map((term) => [term?.[1] ?? "", term?.[2] ?? ""]);
}

function matches([field, value]: Term, attributes: Attributes, indexOnly: boolean): boolean {
  if (field === "*" || indexOnly) return true;
  return [attributes[field]].flat().some((one) => one === value);
}

function pick(
  wanted: Readonly<Record<string, readonly string[]>>,
  attributes: Attributes,
): Record<string, unknown> {
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
      attributes,
    ) ?? null;
  return Object.fromEntries(Object.entries(wanted).map(([name, path]) => [name, at(path)]));
}
