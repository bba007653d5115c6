/** Draws that a seed decides, so that a walk can be walked again. */
export interface Random {
  /** A whole number from 1 to `most`. */
  number(most: number): number;
  /** True so many times in a hundred. */
  chance(percent: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** One of them, each as often as its weight says. */
  weigh<T>(from: readonly (readonly [weight: number, value: T])[]): T;
}

/** A generator of 32 bits (mulberry32): small, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (most: number): number => 1 + Math.floor(next() * most);
  const pick = <T>(from: readonly T[]): T => {
    const found = from[number(from.length) - 1];
    if (found === undefined) throw new Error("there is nothing to pick from");
    return found;
  };
  return {
    number,
    pick,
    chance: (percent) => next() * 100 < percent,
    weigh: (from) =>
      pick(from.flatMap(([weight, value]) => Array.from({ length: weight }, () => value))),
  };
}
