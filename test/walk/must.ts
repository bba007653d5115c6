/** Something is not as it must be; the walk ends here. */
export class WalkFailed extends Error {
  override readonly name = "WalkFailed";
}

/** Ends the walk unless it is so. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new WalkFailed(otherwise);
}
