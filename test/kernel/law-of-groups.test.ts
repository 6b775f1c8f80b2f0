import { anyOf, createFlows, failed, optional, settled, type FlowResult } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { inWords } from './joins.ts';

const runs = 'runs';
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

  test('syncAll waits for a step that otherwise only an always step waits for', async () => {
    const p = createFlows().flowWithProcess('p');
    const slow = p.customStep(wrong, 'slow');
    p.always(fine, 'last').after(settled(slow));
    p.syncAll(fine, 'report');
    expect(words(await p.flow.run())['report']).toBe('cancelled ← slow');
  });

  test('a second syncAll waits for the first one, not for what the first one waits for', async () => {
    const p = createFlows().flowWithProcess('p');
    const build = p.customStep(fine, 'build');
    const first = p.syncAll(fine, 'first');
    p.syncAll(fine, 'second');
    first.after(failed(build));
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
