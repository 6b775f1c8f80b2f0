import type { RunEvent } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, words } from './bench.ts';

async function all(events: AsyncIterable<RunEvent>): Promise<readonly string[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return words(seen);
}

describe('events()', () => {
  test('gives every event and ends with the run', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a').next(() => 2, 'b');
    expect(await all(flow.start().events())).toEqual([
      'run-started', 'step-started p/a', 'step-ended p/a', 'step-started p/b', 'step-ended p/b', 'process-ended', 'run-ended',
    ]);
  });

  test('keeps events for a reader that is slow', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    const events = run.events();
    await run.done;
    expect(await all(events)).toEqual(['run-started', 'step-started p/a', 'step-ended p/a', 'process-ended', 'run-ended']);
  });

  test('waits for events that have not come yet, in the order of the calls', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const events = run.events();
    const [first, second] = [events.next(), events.next()];
    expect([await first, await second]).toMatchObject([{ value: { type: 'run-started' } }, { value: { type: 'step-started' } }]);
    const third = events.next();
    await pass(run, a);
    expect((await third).value).toMatchObject({ type: 'step-ended', path: 'p/a' });
    await events.return?.();
    await run.done;
  });

  test('leaving it early stops listening and changes nothing in the run', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const events = run.events();
    for await (const event of events) if (event.type === 'step-started') break;
    await pass(run, a);
    await run.done;
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('a reader that waits when another leaves is told that it is over', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    const events = run.events();
    await events.next();
    await events.next();
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await pass(run, a);
    await run.done;
  });

  test('two streams are independent', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    const [one, two] = await Promise.all([all(run.events()), all(run.events())]);
    expect(two).toEqual(one);
    expect(one).toHaveLength(5);
  });

  test('after the end of the run it is over at once', async () => {
    const { flow, p } = bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    await run.done;
    let next: unknown = 'waits for ever';
    void run.events().next().then((result) => {
      next = result;
    });
    await settle();
    expect(next).toEqual({ done: true, value: undefined });
  });
});
