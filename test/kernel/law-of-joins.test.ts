import { anyOf, createFlows, failed, optional, settled, type FlowResult, type Timing } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { type Cast, endings, inWords, whatBecomes } from './joins.ts';

interface Row {
  readonly timing: string;
  readonly of: (cast: Cast) => readonly Timing[];
  /** What becomes of the step that waits, for each ending of x: succeeded, skipped, not taken, failed, cancelled, stopped. */
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
    test.each(endings.map((ending, at) => [ending, becomes[at]!] as const))('when x is %s: %s', async (ending, expected) => {
      expect(await whatBecomes(ending, of)).toBe(expected);
    });
  });
});

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('no space left');
};

function words(result: FlowResult): Record<string, string> {
  return Object.fromEntries([...result.steps].map(([path, outcome]) => [path.slice(path.indexOf('/') + 1), inWords(outcome)]));
}

describe('groups that nobody named', () => {
  //   charge ── refund (only if charge failed)      pack      syncAll: report
  test('syncAll is not held back by a member that was not taken', async () => {
    const p = createFlows().flowWithProcess('p');
    p.customStep(fine, 'refund', failed(p.customStep(fine, 'charge')));
    p.customStep(fine, 'pack');
    p.syncAll(fine, 'report');
    expect(words(await p.flow.run())).toEqual({ charge: runs, pack: runs, refund: 'not taken ← charge', report: runs });
  });

  test('syncAll is not taken when none of its members was', async () => {
    const p = createFlows().flowWithProcess('p');
    p.customStep(fine, 'refund', failed(p.customStep(fine, 'charge')));
    p.syncAll(fine, 'report');
    expect(words(await p.flow.run())['report']).toBe('not taken ← refund');
  });

  test('syncAll waits for a step that others only read by optional', async () => {
    const p = createFlows().flowWithProcess('p');
    const slow = p.customStep(wrong, 'slow');
    p.customStep(fine, 'reader', optional(slow));
    p.syncAll(fine, 'report');
    expect(words(await p.flow.run())['report']).toBe('cancelled ← slow');
  });

  test('a second syncAll waits for the first one, not for what the first one waits for', async () => {
    const p = createFlows().flowWithProcess('p');
    const build = p.customStep(fine, 'build');
    p.syncAll(fine, 'first').after(failed(build));
    p.syncAll(fine, 'second');
    expect(words(await p.flow.run())).toEqual({ build: runs, first: 'not taken ← build', second: 'not taken ← first' });
  });

  test('the same as a syncAll waits for the same steps', async () => {
    const p = createFlows().flowWithProcess('p');
    p.customStep(wrong, 'build');
    p.syncAll(fine, 'first').same(fine, 'second');
    expect(words(await p.flow.run())).toMatchObject({ first: 'cancelled ← build', second: 'cancelled ← build' });
  });

  test('an always step runs whatever happened, when all others have their outcomes', async () => {
    const p = createFlows().flowWithProcess('p');
    p.always(fine, 'report');
    const charge = p.customStep(wrong, 'charge');
    charge.next(fine, 'ship');
    p.customStep(fine, 'refund', failed(charge));
    const result = await p.flow.run();
    expect(words(result)).toEqual({ charge: 'failed', ship: 'cancelled ← charge', refund: runs, report: runs });
    expect(result.timeline.at(-1)?.path).toBe('p/report');
  });

  test.each([
    ['goes on past a branch that was not taken', fine, fine, runs],
    ['is cancelled by a failure in the one before', wrong, fine, 'cancelled ← charge'],
    ['is cancelled by a failure of its handler', wrong, wrong, 'cancelled ← charge, refund'],
  ])('a process that is ordered after another one %s', async (_, charging, refunding, expected) => {
    const flow = createFlows().registerFlow('f');
    const [p, q] = [flow.process('p'), flow.process('q')];
    q.after(p);
    q.customStep(fine, 'mail');
    p.customStep(refunding, 'refund', failed(p.customStep(charging, 'charge')));
    expect(words(await flow.run())['mail']).toBe(expected);
  });

  test('the order of processes goes through an empty one, for always steps too', async () => {
    const flow = createFlows().registerFlow('f');
    const [first, , third] = [flow.process('first'), flow.process('empty').after(flow.process('none')), flow.process('third')];
    const empty = flow.process('between').after(first);
    third.after(empty);
    const slow = first.customStep(async () => settle(), 'slow');
    third.always(fine, 'report');
    const result = await flow.run();
    expect(result.timeline.map(({ path, start }) => [path, start])).toEqual([
      [result.path(slow), 0],
      ['third/report', 2],
    ]);
  });

  test('a cause that comes in two ways is named once, where it came first', async () => {
    const p = createFlows().flowWithProcess('p');
    const [first, second] = [p.customStep(wrong, 'first'), p.customStep(wrong, 'second')];
    p.customStep(fine, 'reader', second, anyOf(first, second), first);
    expect(words(await p.flow.run())['reader']).toBe('cancelled ← second, first');
  });

  test('causes are in declaration order, whichever came first', async () => {
    const p = createFlows().flowWithProcess('p');
    const slow = p.customStep(async () => settle().then(wrong), 'slow');
    p.customStep(fine, 'reader', slow, p.customStep(wrong, 'fast'));
    expect(words(await p.flow.run())['reader']).toBe('cancelled ← slow, fast');
  });
});
