import { describe, expect, test } from 'vitest';
import { createFlows, FlowError, type RunOptions } from '../../src/index.ts';
import { handStep, orderMatchers, settle } from '../../src/testing/index.ts';

expect.extend(orderMatchers);

/*
 *   tier 0      tier 1      tier 2
 *   quick ────▶ after ────▶ end
 *   slow  ────▶ late
 */
function layered() {
  const [quick, slow, after, late, end] = [handStep('quick'), handStep('slow'), handStep('after'), handStep('late'), handStep('end')] as const;
  const p = createFlows().flowWithProcess('p');
  p.follow(quick, after, end);
  p.follow(slow, late);
  const report = handStep('report');
  p.always(report.run, 'report');
  return { flow: p.flow, quick, slow, after, late, end, report };
}

describe('a run by tiers', () => {
  test('K1 only a run by tiers holds a step back until the tier before has ended', async () => {
    const { flow, quick, slow, after, late, end, report } = layered();
    const run = flow.start(undefined, { schedule: 'tiers' });
    (await quick.started(run.done)).succeed();
    await settle();
    expect(after.count).toBe(0);
    (await slow.started(run.done)).succeed();
    for (const step of [after, late, end, report]) (await step.started(run.done)).succeed();
    const result = await run.done;
    expect(result).toHaveStatus('succeeded');
    expect(result).toHaveRunBefore(slow, after);
    expect(result).toHaveRunBefore(late, end);
  });

  test('a failure lets its own tier finish, and no further tier starts but always steps', async () => {
    const { flow, quick, slow, after, late, end, report } = layered();
    const run = flow.start(undefined, { schedule: 'tiers' });
    const broken = new Error('no space left');
    (await quick.started(run.done)).fail(broken);
    await settle();
    (await slow.started(run.done)).succeed();
    (await report.started(run.done)).succeed();
    const result = await run.done;
    expect([after.count, late.count, end.count]).toEqual([0, 0, 0]);
    expect(result.outcome('late')).toEqual({ status: 'stopped', reason: broken });
    expect(result).toHaveStatus('slow', 'succeeded');
    expect(result).toHaveStatus('after', 'cancelled');
    expect([result.status, result.reason]).toEqual(['failed', broken]);
  });

  test('with continue a failure cancels what depends on it and nothing else', async () => {
    const { flow, quick, slow, late, report } = layered();
    const run = flow.start(undefined, { schedule: 'tiers', onFailure: 'continue' });
    (await quick.started(run.done)).fail(new Error('no space left'));
    for (const step of [slow, late, report]) (await step.started(run.done)).succeed();
    expect(await run.done).toHaveStatus('late', 'succeeded');
  });

  test('a step that waits for its next attempt holds the barrier', async () => {
    const p = createFlows().flowWithProcess('p');
    const calls: string[] = [];
    p.customStep(({ attempt }) => {
      calls.push(`flaky ${attempt}`);
      if (attempt === 1) throw new Error('busy');
    }, 'flaky').stepRetry({ retries: 1, delay: 1 });
    p.follow(function root() {}, function next() {
      calls.push('next');
    });
    expect(await p.flow.run(undefined, { schedule: 'tiers' })).toHaveStatus('succeeded');
    expect(calls).toEqual(['flaky 1', 'flaky 2', 'next']);
  });

  test('that the run starts no further tier is told before an always step of a later tier starts', async () => {
    const flow = createFlows().registerFlow('f');
    const p = flow.process('p');
    p.customStep(() => Promise.reject(new Error('broken')), 'a');
    const q = flow.process('q').after(p);
    q.customStep(() => 1, 'b');
    q.always(() => 1, 'last');
    const run = flow.start(undefined, { schedule: 'tiers' });
    const told: string[] = [];
    run.on('*', ({ type }) => void told.push(type));
    await run.done;
    expect(told.indexOf('run-stopping')).toBeGreaterThan(0);
    expect(told.indexOf('run-stopping')).toBeLessThan(told.lastIndexOf('step-started'));
  });

  test('a pause holds the barrier, and a stop opens it for always steps', async () => {
    const { flow, quick, slow, report } = layered();
    const run = flow.start(undefined, { schedule: 'tiers' });
    const [first, second] = [await quick.started(run.done), await slow.started(run.done)];
    run.pause();
    first.succeed();
    second.succeed();
    await settle();
    run.stop('enough');
    (await report.started(run.done)).succeed();
    expect((await run.done).status).toBe('stopped');
  });

  test.for([
    [{ schedule: 'layers' }, "the schedule of a run is 'layers'; give 'eager' or 'tiers'"],
    [{ onFailure: 'finish-tier' }, "onFailure is 'finish-tier', which does not go with the schedule 'eager'; give 'continue' or 'fail-fast'"],
    [{ schedule: 'tiers', onFailure: 'stop' }, "onFailure is 'stop', which does not go with the schedule 'tiers'; give 'finish-tier', 'fail-fast' or 'continue'"],
  ] as const)('%o is refused', async ([options, message]) => {
    const { flow } = layered();
    const refused = await flow.run(undefined, options as RunOptions).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FlowError);
    expect(refused).toMatchObject({ code: 'invalid-option', message });
  });
});
