/** What the scanner and parser of the shell make of a text, as far as a stand-in has to know. */
export type Scanned =
  | { readonly kind: "call"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "other"; readonly text: string }
  | { readonly kind: "no-dot" }
  | { readonly kind: "syntax"; readonly why: string };

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Reads one expression; white space is folded, so that the same expression in another layout is the same. */
export function scanExpression(source: string): Scanned {
  const balance = checkBalance(source);
  if (balance !== undefined) return { kind: "syntax", why: balance };
  const whole = source.trim();
  if (!whole.endsWith(".")) return { kind: "no-dot" };
  const text = fold(whole.slice(0, -1));
  if (text === "") return { kind: "syntax", why: "syntax error before: '.'" };
  const [, name, inner] = /^([a-z]\w*(?::[a-z]\w*)?)\((.*)\)$/s.exec(text) ?? [];
  if (name !== undefined && inner !== undefined && checkBalance(inner) === undefined) {
    return { kind: "call", name, args: splitTop(inner) };
  }
  if (/^(-?\d+|[a-z]\w*|"(?:[^"\\]|\\.)*")$/.test(text)) return { kind: "literal", text };
  return { kind: "other", text };
}

/** Folds white space outside of nothing in particular: the runbook's expressions have none in their literals. */
export function fold(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

/** The text of an Erlang string literal, or `undefined`. */
export function stringOf(argument: string | undefined): string | undefined {
  const inner = /^"((?:[^"\\]|\\.)*)"$/.exec(argument ?? "")?.[1];
  return inner?.replace(/\\(.)/g, "$1");
}

function checkBalance(source: string): string | undefined {
  const open: string[] = [];
  for (const part of source.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\\?.|["'()[\]{}]/gs) ??
    []) {
    if (part === '"') return "unterminated string";
    if (part === "'") return "unterminated atom";
    if (part in closing) open.push(closing[part] ?? "");
    else if (/^[)\]}]$/.test(part) && open.pop() !== part) return `syntax error before: '${part}'`;
  }
  return open.length > 0 ? "syntax error before: " : undefined;
}

function splitTop(inner: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let current = "";
  for (const part of inner.match(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|./gs) ?? []) {
    if ("([{".includes(part)) depth += 1;
    if (")]}".includes(part)) depth -= 1;
    if (part === "," && depth === 0) {
      args.push(current.trim());
      current = "";
    } else current += part;
  }
  return inner.trim() === "" ? [] : [...args, current.trim()];
}
