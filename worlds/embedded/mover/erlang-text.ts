/** Erlang terms as text, the way `~w` prints them; what a console answers is built from these. */
export function tuple(...items: readonly string[]): string {
  return `{${items.join(",")}}`;
}

export function list(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

/** A binary: `~w` prints its bytes. */
export function binary(text: string): string {
  return `<<${Array.from(Buffer.from(text)).join(",")}>>`;
}

/** A string: to Erlang a list of characters, printed as such. */
export function string(text: string): string {
  return list(Array.from(text, (character) => String(character.codePointAt(0))));
}

export function atom(name: string): string {
  return /^[a-z][A-Za-z0-9_@]*$/.test(name) ? name : `'${name}'`;
}

/** A property list, as `mover_manager:status/0` gives it. */
export function proplist(entries: Readonly<Record<string, string | number | boolean>>): string {
  return list(Object.entries(entries).map(([name, value]) => tuple(name, String(value))));
}
