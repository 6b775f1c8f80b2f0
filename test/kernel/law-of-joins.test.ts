import { anyOf, failed, optional, settled, type Timing } from 'millrace';
import { describe, expect, test } from 'vitest';
import { type Cast, endings, whatBecomes } from './joins.ts';

interface Row {
  readonly timing: string;
  readonly of: (cast: Cast) => readonly Timing[];
  /**
   * What becomes of the step that waits, for each ending of x: succeeded, skipped, not taken, failed, cancelled, stopped. One that is
   * skipped with its dependents counts as not taken.
   */
  readonly becomes: readonly [string, string, string, string, string, string];
}

const runs = 'runs';
const asX = [runs, runs, 'not taken ← x', 'cancelled ← x', 'cancelled ← x', 'cancelled ← x'] as const;
const always = [runs, runs, runs, runs, runs, 'stopped'] as const; // it would have started after the stop
const unlessWrong = [runs, runs, 'not taken ← x, never', 'cancelled ← x', 'cancelled ← x', 'cancelled ← x'] as const;
const butBad = ['cancelled ← bad', 'cancelled ← bad', 'cancelled ← bad'] as const;
const atOnce = [runs, runs, runs, runs, runs, runs] as const; // it starts before the stop

// ok succeeds, bad fails, never is not taken; pair is a group of z, which ends like x, and y, which succeeds
const table: readonly Row[] = [
  { timing: 'x', of: ({ x }) => [x], becomes: asX },
  { timing: "'x'", of: () => ['x'], becomes: asX },
  { timing: 'settled(x)', of: ({ x }) => [settled(x)], becomes: always },
  { timing: 'failed(x)', of: ({ x }) => [failed(x)], becomes: notFailed('x') },
  { timing: 'anyOf(x)', of: ({ x }) => [anyOf(x)], becomes: asX },
  { timing: 'optional(x)', of: ({ x }) => [optional(x)], becomes: atOnce },

  { timing: 'anyOf(x, ok)', of: ({ x, ok }) => [anyOf(x, ok)], becomes: atOnce },
  { timing: 'anyOf(x, never)', of: ({ x, never }) => [anyOf(x, never)], becomes: unlessWrong },
  { timing: 'anyOf(never, x)', of: ({ x, never }) => [anyOf(never, x)], becomes: [runs, runs, 'not taken ← never, x', ...thrice('cancelled ← x')] },
  { timing: 'anyOf(x, bad)', of: ({ x, bad }) => [anyOf(x, bad)], becomes: [runs, runs, 'cancelled ← bad', ...thrice('cancelled ← x, bad')] },
  {
    timing: 'anyOf(bad, anyOf(never, x))',
    of: ({ x, bad, never }) => [anyOf(bad, anyOf(never, x))],
    becomes: [runs, runs, 'cancelled ← bad', ...thrice('cancelled ← bad, x')],
  },

  { timing: 'the group of x alone', of: ({ alone }) => [alone], becomes: asX },
  { timing: 'pair', of: ({ pair }) => [pair], becomes: [runs, runs, runs, ...thrice('cancelled ← z')] },
  { timing: 'settled(pair)', of: ({ pair }) => [settled(pair)], becomes: always },
  { timing: 'failed(pair)', of: ({ pair }) => [failed(pair)], becomes: notFailed('z, y') },
  { timing: 'anyOf(pair, never)', of: ({ pair, never }) => [anyOf(pair, never)], becomes: [runs, runs, runs, ...thrice('cancelled ← z')] },
  { timing: 'anyOf(pair, bad)', of: ({ pair, bad }) => [anyOf(pair, bad)], becomes: [runs, runs, runs, ...thrice('cancelled ← z, bad')] },
  { timing: 'pair, x', of: ({ pair, x }) => [pair, x], becomes: [runs, runs, 'not taken ← x', ...thrice('cancelled ← z, x')] },

  { timing: 'settled(anyOf(x, never))', of: ({ x, never }) => [settled(anyOf(x, never))], becomes: always },
  { timing: 'anyOf(settled(x), never)', of: ({ x, never }) => [anyOf(settled(x), never)], becomes: always },
  { timing: 'anyOf(failed(x), never)', of: ({ x, never }) => [anyOf(failed(x), never)], becomes: notFailed('x, never') },
  { timing: 'anyOf(failed(x), bad)', of: ({ x, bad }) => [anyOf(failed(x), bad)], becomes: [...butBad, runs, 'cancelled ← bad', 'cancelled ← bad'] },
  { timing: 'anyOf(x, failed(x))', of: ({ x }) => [anyOf(x, failed(x))], becomes: [runs, runs, 'not taken ← x', runs, 'cancelled ← x', 'cancelled ← x'] },
  { timing: 'settled(settled(x), failed(pair))', of: ({ x, pair }) => [settled(settled(x), failed(pair))], becomes: always },
  { timing: 'failed(x, bad)', of: ({ x, bad }) => [failed(x, bad)], becomes: atOnce },
  { timing: 'failed(ok, x)', of: ({ x, ok }) => [failed(ok, x)], becomes: notFailed('ok, x') },

  { timing: 'x, ok', of: ({ x, ok }) => [x, ok], becomes: asX },
  { timing: 'x, bad', of: ({ x, bad }) => [x, bad], becomes: [...butBad, ...thrice('cancelled ← x, bad')] },
  { timing: 'bad, x', of: ({ x, bad }) => [bad, x], becomes: [...butBad, ...thrice('cancelled ← bad, x')] },
  {
    timing: 'never, x',
    of: ({ x, never }) => [never, x],
    becomes: ['not taken ← never', 'not taken ← never', 'not taken ← never, x', ...thrice('cancelled ← x')],
  },
  { timing: 'x, settled(bad)', of: ({ x, bad }) => [x, settled(bad)], becomes: asX },
  { timing: 'x, optional(bad)', of: ({ x, bad }) => [x, optional(bad)], becomes: asX },
  { timing: 'x, failed(x)', of: ({ x }) => [x, failed(x)], becomes: ['not taken ← x', 'not taken ← x', 'not taken ← x', ...thrice('cancelled ← x')] },
];

function notFailed(causes: string): Row['becomes'] {
  const not = `not taken ← ${causes}`;
  return [not, not, not, runs, not, not];
}

function thrice(words: string): [string, string, string] {
  return [words, words, words];
}

describe('the law of joins', () => {
  describe.each(table)('a step that waits for $timing', ({ of, becomes }) => {
    test.each(endings.map((ending, at) => [ending, becomes[ending === 'passed on' ? endings.indexOf('not-taken') : at]!] as const))('when x is %s: %s', async (ending, expected) => {
      expect(await whatBecomes(ending, of)).toBe(expected);
    });
  });
});
