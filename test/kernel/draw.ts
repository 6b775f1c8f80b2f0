import fc from 'fast-check';

/** Where random decisions come from: returns a whole number from 0 to below `choices`. 0 always means the simplest choice. */
export type Draw = (choices: number) => number;

/** Decisions that follow from a number (mulberry32): the same number, the same decisions. */
export function seeded(seed: number): Draw {
  let state = seed | 0;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % choices;
  };
}

/** Decisions read from a list; past its end everything is as simple as it can be. */
export function scripted(numbers: readonly number[]): Draw {
  let at = 0;
  return (choices) => (numbers[at++] ?? 0) % choices;
}

/** Lists of decisions, for properties: fast-check shrinks them towards the simplest definition that still fails. */
export const decisions: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(1_000), { maxLength: 400, size: 'max' });

/** Returns one of several, the first being the simplest. */
export function pick<Item>(draw: Draw, items: readonly Item[]): Item {
  return items[draw(items.length)]!;
}

/** Returns true in one of `outOf` cases; the simplest answer is no. */
export function rarely(draw: Draw, outOf: number): boolean {
  return draw(outOf) === outOf - 1;
}

/** Puts items in a random order; the simplest is the order they have. */
export function shuffled<Item>(draw: Draw, items: readonly Item[]): readonly Item[] {
  const out = [...items];
  for (let at = 0; at < out.length - 1; at++) {
    const other = at + draw(out.length - at);
    [out[at], out[other]] = [out[other]!, out[at]!];
  }
  return out;
}
