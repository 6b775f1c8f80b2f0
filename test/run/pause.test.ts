import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, recorded, words } from './bench.ts';

expect.extend(orderMatchers);

describe('a paused run', () => {
  //   a ── b ── c      d ── e ── g
  test('CTRL-01 running steps finish, no further one starts, and resume goes on', async () => {
    const { flow, p } = bench();
    const { a, b, c, d, e, g } = hands('a', 'b', 'c', 'd', 'e', 'g');
    p.follow(a, b, c);
    p.follow(d, e, g);
    const run = flow.start();
    const first = await a.started(run.done);
    run.pause();
    expect([run.status, run.process('p').status]).toEqual(['paused', 'paused']);
    first.succeed();
    await settle();
    expect([b.count, run.outcome(b), run.outcome(a), run.outcome(c)]).toEqual([
      0,
      { status: 'queued' },
      { status: 'succeeded', value: undefined },
      { status: 'pending' },
    ]);
    run.resume();
    expect([run.status, run.process('p').status]).toEqual(['running', 'running']);
    for (const step of [b, c, d, e, g]) await pass(run, step);
    const result = await run.done;
    expect(result).toHaveStatus('succeeded');
    expect(result.timeline).toHaveLength(6);
  });

  test('a run that is paused before its first step starts none', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    run.pause();
    await settle();
    expect([a.count, run.status]).toEqual([0, 'paused']);
    run.resume();
    await pass(run, a);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('a run whose last step ends while it is paused ends', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    run.pause();
    a.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('a retry that comes due in a pause starts after it', async () => {
    const { clock, flow, p } = bench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: '1s' });
    const run = flow.start();
    (await a.started(run.done)).fail(new Error('broken'));
    await settle();
    run.pause();
    await clock.advance('1h');
    expect([a.count, run.outcome('a')]).toEqual([1, { status: 'queued' }]);
    run.resume();
    await pass(run, a);
    expect(await run.done).toHaveStatus('succeeded');
  });

  test('two pauses are one, and so are two resumes', async () => {
    const { flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const run = flow.start();
    await a.started(run.done);
    const events = recorded(run);
    run.pause();
    run.pause();
    run.resume();
    run.resume();
    expect(words(events)).toEqual(['run-paused', 'run-resumed']);
    a.calls[0]?.succeed();
    await run.done;
  });
});
