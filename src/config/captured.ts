const reference = /\{([a-zA-Z_][a-zA-Z0-9_]*)\}/g;

/** Names of earlier answers that a path or a body's text refers to as `{name}`; `${name}` is a variable. */
export function capturedIn(text: string): readonly string[] {
  return [...text.replaceAll(/\$\{[^}]*\}/g, "").matchAll(reference)].map(([, name]) => name ?? "");
}

/** Puts what earlier answers gave in the place of each `{name}`. */
export function fillCaptured(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(reference, (whole, name: string) => values[name] ?? whole);
}
