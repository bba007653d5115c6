/** The name that was probably meant, if one is near enough to be worth saying. */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance =
      name === wanted ? bestDistance : distanceBetween(wanted.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best ?? continued(wanted, names);
}

/** A name that was only begun, or that was continued too far. */
function continued(wanted: string, names: Iterable<string>): string | undefined {
  const related = (name: string): boolean =>
    name.startsWith(wanted) || (name.length > 2 && wanted.startsWith(name));
  return wanted.length > 2 ? [...names].find(related) : undefined;
}

/** Single-character edits between two words; two neighbours that changed places count as one. */
function distanceBetween(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= left.length; row += 1) {
    const cells = [row];
    for (let column = 1; column <= right.length; column += 1)
      cells.push(cell(rows, cells, left, right, row, column));
    rows.push(cells);
  }
  return rows[left.length]?.[right.length] ?? Number.POSITIVE_INFINITY;
}

function cell(
  rows: readonly (readonly number[])[],
  cells: readonly number[],
  left: string,
  right: string,
  row: number,
  column: number,
): number {
  const at = (back: number, columnBack: number): number =>
    rows[row - back]?.[column - columnBack] ?? 0;
  const same = left[row - 1] === right[column - 1];
  const plain = Math.min(at(1, 0) + 1, (cells[column - 1] ?? 0) + 1, at(1, 1) + (same ? 0 : 1));
  const swapped =
    row > 1 &&
    column > 1 &&
    left[row - 1] === right[column - 2] &&
    left[row - 2] === right[column - 1];
  return swapped ? Math.min(plain, at(2, 2) + 1) : plain;
}
