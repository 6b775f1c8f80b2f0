import { createFlows, memoryStore } from 'millrace';
import { virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench } from '../bench.ts';

/** A turn of the event loop. `settle` waits for the end of such turns, and here there is none. */
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('a loop without a pause and without an end, while the clock stands still,', () => {
  test('lets the event loop have its turn, and can be stopped', async () => {
    const { flow, p } = bench();
    let times = 0;
    p.loopUntil((l) => l.customStep(() => (times += 1), 'x'), 'loop', () => false);
    const run = flow.start();
    await turn();
    await turn();
    const before = times;
    await turn();
    expect(times).toBeGreaterThan(before);
    run.stop('enough');
    const result = await run.done;
    expect([result.status, result.reason]).toEqual(['stopped', 'enough']);
  });

  test('lets its siblings start, and what follows from them', async () => {
    const { flow, p } = bench();
    let isReady = false;
    const loop = p.loopUntil((l) => l.customStep(() => isReady, 'x'), 'loop', (_, value) => value);
    p.customStep(async () => Promise.resolve(), 'a').next(() => void (isReady = true), 'b');
    expect((await flow.run()).value(loop)).toBe(true);
  });

  test('lets other runs of the registry go on', async () => {
    const { flows, flow, p } = bench();
    p.loopUntil((l) => l.customStep(() => 1, 'x'), 'loop', () => false);
    const other = flows.registerFlow('other');
    other.process('p').forEach([1, 2, 3], 'each', (each) => each.customStep(async () => Promise.resolve(), 'x'));
    const run = flow.start();
    await turn();
    expect((await other.run()).status).toBe('succeeded');
    run.stop();
    await run.done;
  });

  test('does so in a recorded run, too', async () => {
    const flows = createFlows({ store: memoryStore(), clock: virtualClock() });
    const flow = flows.registerFlow('f');
    let times = 0;
    flow.process('p').loopUntil((l) => l.customStep(() => (times += 1), 'x'), 'loop', () => false);
    const run = flow.start();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(times).toBeGreaterThan(1);
    run.stop();
    expect((await run.done).status).toBe('stopped');
  });
});

test('K7 sync steps of which nobody knows how long they take let the event loop have its turn', async () => {
  const { flow, p } = bench();
  let last = p.customStep(() => 0, 's0');
  for (let at = 1; at < 20_000; at++) last = p.customStep(() => at, `s${at}`, last as never) as never;
  const run = flow.run();
  let isOver = false;
  void run.then(() => (isOver = true));
  await Promise.resolve();
  expect(isOver).toBe(false);
  expect((await run).value('s19999' as never)).toBe(19_999);
});
