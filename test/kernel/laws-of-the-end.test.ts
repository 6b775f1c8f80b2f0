import { createFlows, failed, type Flow, type Process } from 'millrace';
import { drawTimeline, handStep, settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';

interface Bench {
  readonly clock: VirtualClock;
  readonly flow: Flow;
  readonly p: Process<undefined>;
}

function bench(): Bench {
  const clock = virtualClock();
  const flow = createFlows({ clock, ids: () => 'r-1' }).registerFlow('f');
  return { clock, flow, p: flow.process('p') };
}

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('card declined');
};

describe('K4 a run never ends while a step it started is at work', () => {
  test.each(['drain', 'abort'] as const)('K4 a stop that %ss waits for what is at work', async (mode) => {
    const { flow, p } = bench();
    const build = handStep('build');
    p.follow(build, handStep('ship'));
    const run = flow.start();
    const call = await build.started(run.done);
    run.stop('enough', { mode });
    await settle();
    expect(run.status).toBe('stopping');
    call.succeed();
    const result = await run.done;
    expect([result.status, result.outcome('build').status, result.outcome('ship').status, result.abandoned]).toEqual(['stopped', 'succeeded', 'stopped', []]);
  });

  test('K4 a failure waits for its siblings', async () => {
    const { flow, p } = bench();
    const slow = handStep('slow');
    p.follow(slow);
    p.customStep(wrong, 'charge');
    const run = flow.start();
    const call = await slow.started(run.done);
    await settle();
    expect(run.status).toBe('running');
    call.succeed();
    expect((await run.done).status).toBe('failed');
  });

  test('K4 after its grace the run ends and names what was abandoned, whose end is open', async () => {
    const { clock, flow, p } = bench();
    const build = handStep('build');
    p.follow(build);
    const run = flow.start(undefined, { grace: '5s' });
    await build.started(run.done);
    run.stop('enough', { mode: 'abort' });
    await clock.advance(4_999);
    expect(run.status).toBe('stopping');
    await clock.advance(1);
    const result = await run.done;
    expect(result.abandoned).toEqual(['p/build']);
    expect(result.timeline).toEqual([{ path: 'p/build', start: 0, end: Infinity }]);
  });

  test('K4 a step that was between two attempts when the run was stopped was not at work at its end', async () => {
    const { flow, p } = bench();
    p.customStep(wrong, 'charge').stepRetry({ retries: 1, delay: '1h' });
    p.always(fine, 'report');
    const run = flow.start();
    await settle();
    run.stop();
    const result = await run.done;
    expect(result.outcome('charge').status).toBe('stopped');
    expect(drawTimeline(result)).not.toContain('▶');
    expect(result.timeline[0]!.end).toBeLessThan(result.timeline[1]!.start);
  });
});

describe('K5 a step function is called once per attempt', () => {
  test.each(['drain', 'abort'] as const)('K5 after a stop that %ss nothing starts but always steps', async (mode) => {
    const { clock, flow, p } = bench();
    const called: string[] = [];
    const note = (name: string) => (): void => void called.push(name);
    const build = handStep('build');
    p.follow(build).after(p.customStep(note('first'), 'first'));
    p.customStep(note('ship'), 'ship', build);
    p.customStep(note('repair'), 'repair', failed(build));
    p.customStep(() => (called.push('flaky'), wrong()), 'flaky').stepRetry({ retries: 5, delay: '1s' });
    p.always(note('report'), 'report');
    const run = flow.start();
    const call = await build.started(run.done);
    run.stop('enough', { mode });
    call.fail(new Error('no space left'));
    await clock.advance('1m');
    await run.done;
    expect(called).toEqual(['first', 'flaky', 'report']);
  });

  test('K5 each attempt calls the function once, also when the attempt before it still runs', async () => {
    const { clock, flow, p } = bench();
    const build = handStep('build');
    p.customStep(build.run, 'build').stepRetry(1).stepTimeout('10s');
    const run = flow.start(undefined, { grace: '5s' });
    const late = await build.started(run.done);
    await clock.advance('15s');
    const second = await build.started(run.done);
    late.succeed();
    await settle();
    expect([build.count, run.outcome('build').status]).toEqual([2, 'running']);
    second.succeed();
    expect((await run.done).outcome('build').status).toBe('succeeded');
    expect(build.count).toBe(2);
  });
});
