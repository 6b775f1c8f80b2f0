import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded } from '../bench.ts';

expect.extend(orderMatchers);

describe('a pause', () => {
  test('holds back the steps in bodies, and lets go on what is there', async () => {
    const { flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    p.group((body) => void body.follow(a, b), 'group');
    p.forEach([1, 2], 'lines', (each) => void each.follow(c), { concurrency: 1 });
    const run = flow.start();
    const events = recorded(run);
    const calls = [await a.started(run.done), await c.started(run.done)];
    run.pause();
    for (const call of calls) call.succeed();
    await settle();
    expect([b.count, c.count]).toEqual([0, 1]);
    expect(events.flatMap((event) => (event.type === 'step-ended' ? [event.path] : []))).toEqual(['p/group/a', 'p/lines/0/c']);
    run.resume();
    await pass(run, b);
    await pass(run, c);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('does not keep a body from ending, nor the run', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.group((body) => body.group((inner) => void inner.follow(a), 'inner'), 'group');
    const run = flow.start();
    const call = await a.started(run.done);
    run.pause();
    call.succeed();
    expect((await run.done).status).toBe('succeeded');
  });

  test.each(['drain', 'abort'] as const)('that ends with a stop in mode %s lets always steps begin in what was to end before', async (mode) => {
    const { clock, flow, p } = bench();
    const { a, end } = hands('a', 'end');
    p.group((body) => {
      body.follow(a);
      body.always(end.run, 'end').after(a);
    }, 'group').stepTimeout('1m');
    const run = flow.start();
    const call = await a.started(run.done);
    run.pause();
    await clock.advance('1m');
    call.succeed();
    await settle();
    expect(end.count).toBe(0);
    run.stop('enough', { mode });
    await pass(run, end);
    expect((await run.done).status).toBe('failed');
  });

  test('of one process holds back nothing of another', async () => {
    const { flow, p } = bench();
    const q = flow.process('q');
    const { a, b, c, d } = hands('a', 'b', 'c', 'd');
    p.group((body) => void body.follow(a, b), 'group');
    q.group((body) => void body.follow(c, d), 'group');
    const run = flow.start();
    await settle();
    run.process('p').pause();
    await pass(run, a);
    await pass(run, c);
    await pass(run, d);
    await settle();
    expect([b.count, run.process('q').status]).toEqual([0, 'succeeded']);
    run.process('p').resume();
    await pass(run, b);
    expect(await run.done).toHaveStatus('succeeded');
  });
});

test('always steps of a body run in spite of a stop, unless it is by force', async () => {
  for (const force of [false, true]) {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.group((body) => {
      body.follow(a);
      body.always(b.run, 'b');
    }, 'group');
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s', force });
    call.fail(call.signal.reason);
    await settle();
    expect(b.running).toBe(force ? 0 : 1);
    if (!force) await pass(run, b);
    expect((await run.done).outcome('group').status).toBe('stopped');
    expect(clock.pending).toBe(0);
  }
});

test('a body that had failed before a stop has failed', async () => {
  const { flow, p } = bench();
  const { a, b } = hands('a', 'b');
  const step = p.group((body) => void body.parallel(a, b), 'group');
  const run = flow.start();
  const [one, other] = [await a.started(run.done), await b.started(run.done)];
  one.fail(new Error('broken'));
  await settle();
  run.stop('enough', { mode: 'abort' });
  other.fail(other.signal.reason);
  const result = await run.done;
  expect([result.status, result.outcome(step)]).toMatchObject(['failed', { status: 'failed', error: { message: 'broken' } }]);
});
