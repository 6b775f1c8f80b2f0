import { failed, TimeoutError } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, fail, hands, pass, throwing } from '../bench.ts';

expect.extend(orderMatchers);

describe('a body', () => {
  test('fails with the error of its first step that failed, in the order of the graph', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const step = p.group((body) => void body.parallel(a, b), 'group');
    const run = flow.start();
    await fail(run, b, new Error('b'));
    await fail(run, a, new Error('a'));
    const result = await run.done;
    expect(result.outcome(step)).toMatchObject({ error: { message: 'a' } });
    expect(result.explain(step)).toBe('group: failed ← group/a: failed: a (and 1 more)');
  });

  test('runs its always steps and the handlers of failures, and has failed all the same', async () => {
    const { flow, p } = bench();
    const ran: string[] = [];
    const step = p.group((body) => {
      const x = body.customStep(throwing(), 'x');
      body.customStep(() => ran.push('never'), 'never', x);
      body.customStep(() => ran.push('handler'), 'handler', failed(x));
      body.always(() => ran.push('always'), 'always');
    }, 'group');
    expect(await flow.run()).toHaveStatus(step, 'failed');
    expect(ran).toEqual(['handler', 'always']);
  });

  test('ends with its first failure in a run that fails fast, and so does the run', async () => {
    const { flow, p } = bench();
    const { a, b, c } = hands('a', 'b', 'c');
    const step = p.group((body) => void body.parallel(a, b), 'group');
    p.parallel(c);
    const run = flow.start(undefined, { onFailure: 'fail-fast' });
    const [one, other, outer] = [await a.started(run.done), await b.started(run.done), await c.started(run.done)];
    one.fail(new Error('broken'));
    await settle();
    expect([other.signal.aborted, outer.signal.aborted]).toEqual([true, false]);
    other.fail(other.signal.reason);
    await settle();
    expect(outer.signal.aborted).toBe(true);
    outer.succeed();
    const result = await run.done;
    expect([result.status, result.outcome(step).status]).toEqual(['failed', 'failed']);
  });

  test('has a time as a whole', async () => {
    const { clock, flow, p } = bench();
    const { a, b } = hands('a', 'b');
    const step = p.group((body) => void body.follow(a, b), 'group').stepTimeout('10s');
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance('10s');
    expect(call.signal.aborted).toBe(true);
    expect(call.signal.reason).toBeInstanceOf(TimeoutError);
    call.succeed('late');
    const result = await run.done;
    expect(result.outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout', message: "step 'p/group' took longer than 10000 ms; give it more time, or make it end when its signal aborts" } });
    expect([b.count, result.status, result.abandoned]).toEqual([0, 'failed', []]);
    expect(clock.pending).toBe(0);
  });

  test('whose time is up is left behind after the grace, and told of', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    const step = p.group((body) => body.group((inner) => void inner.parallel(a), 'inner'), 'group').stepTimeout('10s');
    const run = flow.start(undefined, { grace: '5s' });
    await a.started(run.done);
    await clock.advance(14_999);
    expect(run.status).toBe('running');
    await clock.advance(1);
    const result = await run.done;
    expect(result.abandoned).toEqual(['p/group/inner/a']);
    expect(result.outcome(step)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  });

  test('has retries and timeouts for its steps, those of its process', async () => {
    const { clock, flow, p } = bench();
    p.stepRetry(1).stepTimeout('1s');
    const { a } = hands('a');
    p.group((body) => void body.parallel(a), 'group');
    const run = flow.start();
    await a.started(run.done);
    await clock.advance('6s'); // its time and its grace
    expect(a.count).toBe(2);
    await pass(run, a);
    expect(await run.done).toHaveStatus('group', 'succeeded');
  });
});

test.each(['drain', 'abort'] as const)('a retry whose body has failed is not tried again after a stop (%s)', async (mode) => {
  const { flow, p } = bench();
  const { a, b } = hands('a', 'b');
  const step = p.retry((body) => void body.parallel(a, b), 'retry', 5);
  const run = flow.start();
  const [one, other] = [await a.started(run.done), await b.started(run.done)];
  one.fail(new Error('broken'));
  await settle();
  run.stop('enough', { mode });
  other.succeed();
  const result = await run.done;
  expect([result.status, result.outcome(step), a.count]).toMatchObject(['failed', { status: 'failed', error: { message: 'broken' } }, 1]);
});
