import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded } from './bench.ts';

expect.extend(orderMatchers);

describe('a body that ignores its signal', () => {
  test('the run waits for it for the grace, then goes on without it and names it', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.customStep(a.run, 'a').stepTimeout('30s');
    p.follow(b);
    const run = flow.start(undefined, { grace: '5s' });
    await pass(run, b);
    await clock.advance(34_999);
    expect(run.status).toBe('running');
    await clock.advance(1);
    const result = await run.done;
    expect(result.abandoned).toEqual(['p/a']);
    expect(result).toHaveStatus('a', 'failed');
    expect(result.timeline.find((entry) => entry.path === 'p/a')?.start).toBeLessThan(result.timeline.find((entry) => entry.path === 'p/b')?.end ?? 0);
    expect(clock.pending).toBe(0);
  });

  test('the grace is 5 s by default', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    await clock.advance(4_999);
    expect(run.status).toBe('stopping');
    await clock.advance(1);
    expect(run.status).toBe('stopped');
  });

  test('a grace of 0 does not wait at all', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start(undefined, { grace: 0 });
    await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    await clock.advance(0);
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test('the grace of a stop goes before that of the run', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start(undefined, { grace: '1h' });
    await a.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    expect(run.status).toBe('stopped');
  });

  test('the next attempt starts after the grace, and what the abandoned one does then changes nothing', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('30s').stepRetry(1);
    const run = flow.start(undefined, { grace: '5s' });
    const first = await a.started(run.done);
    await clock.advance(34_999);
    expect(a.count).toBe(1);
    await clock.advance(1);
    const second = await a.started(run.done);
    first.succeed('of the first');
    await settle();
    expect(run.outcome('a')).toEqual({ status: 'running' });
    second.succeed('of the second');
    const result = await run.done;
    expect(result.value('a')).toBe('of the second');
  });

  test('a path is abandoned once, however many attempts were', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout(10).stepRetry(2);
    const done = flow.run(undefined, { grace: 0 });
    await clock.advance(100);
    expect((await done).abandoned).toEqual(['p/a']);
  });

  test('what it throws after the run went on without it is an event, or goes to the logger after the end', async () => {
    const warned: unknown[] = [];
    const nothing = (): void => undefined;
    const { clock, flow, p } = bench({ logger: { debug: nothing, info: nothing, error: nothing, warn: (fields) => void warned.push(fields) } });
    const { a, b } = hands('a', 'b');
    const late = new Error('late');
    p.customStep(a.run, 'a').stepTimeout(10);
    p.follow(b);
    const run = flow.start(undefined, { grace: 0 });
    const events = recorded(run);
    const call = await a.started(run.done);
    await clock.advance(10);
    call.fail(late);
    await settle();
    expect(events.find((event) => event.type === 'internal-error')).toMatchObject({ stage: 'late-step', error: late, path: 'p/a' });
    expect(warned).toEqual([]);
    const other = await b.started(run.done);
    run.stop('enough', { mode: 'abort', grace: 0 });
    await clock.advance(0);
    await run.done;
    other.fail(late);
    await settle();
    expect(warned).toEqual([{ error: late, stage: 'late-step', path: 'p/b', runId: 'r-1' }]);
  });
});
