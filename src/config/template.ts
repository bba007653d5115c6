const reference = /\$\{([^}]*)\}/g;

/** Names that a text refers to as `${name}`. */
export function referencesIn(text: string): readonly string[] {
  return [...text.matchAll(reference)].map(([, name]) => name ?? "");
}

/** Puts something in the place of each `${name}`; what that is, the caller decides. */
export function fillTemplate(text: string, valueOf: (name: string) => string): string {
  return text.replace(reference, (_, name: string) => valueOf(name));
}
