/** Names of a regular expression's groups, so that what refers to them is checked before it is needed. */
export function namedGroups(pattern: string): readonly string[] {
  const groups = new RegExp(`${pattern}|`).exec("")?.groups;
  return groups === undefined ? [] : Object.keys(groups);
}
