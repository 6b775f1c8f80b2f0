import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands, internalErrors, recorded, throwing, words } from './bench.ts';
import { by, logBench, must } from './callback-log.ts';

describe('a stop', () => {
  test.for(['drain', 'abort'] as const)('%s while the callbacks before a step run: its body does not run, the callbacks after it do', async (mode) => {
    const { flow, p, log, note } = logBench();
    const { before } = hands('before');
    p.customStep(note('body'), 'a').beforeStep(by(before)).beforeStep(note('next')).afterStep((_s, ended) => void log.push(`a ${ended.status}`));
    p.afterProcess((_context, ended) => void log.push(`p ${ended}`));
    flow.afterFlow((_context, ended) => void log.push(`f ${ended}`));
    const run = flow.start();
    const events = recorded(run);
    await before.started(run.done);
    run.stop('enough', { mode });
    before.calls[0]?.succeed();
    const result = await run.done;
    expect(log).toEqual(['next', 'a stopped', 'p stopped', 'f stopped']);
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
    expect(words(events)).not.toContain('step-started p/a');
    expect(events.find(({ type }) => type === 'step-ended')).toMatchObject({ attempts: 0 });
  });

  test('an abort reaches the signal of the callback before a step, which may throw its reason: the step is stopped', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a')
      .beforeStep((s) => new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error))), must)
      .afterStep(note('after'))
      .afterStep((_s, ended) => void log.push(`always ${ended.status}`), { always: true });
    const run = flow.start();
    await settle();
    run.stop(new Error('enough'), { mode: 'abort' });
    const result = await run.done;
    expect([result.outcome('a').status, result.status, log]).toEqual(['stopped', 'stopped', ['always stopped']]);
  });

  test('an abort while beforeProcess runs and throws its reason: the process is stopped, and what always runs after it does', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    p.beforeProcess((context) => new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason as Error))), must)
      .afterProcess(note('after'))
      .afterProcess((_context, ended) => void log.push(`always ${ended}`), { always: true });
    const run = flow.start();
    const events = recorded(run);
    await settle();
    run.stop(new Error('enough'), { mode: 'abort' });
    const result = await run.done;
    expect([result.process('p').status, result.status, log]).toEqual(['stopped', 'stopped', ['always stopped']]);
    expect(internalErrors(events)).toMatchObject([{ stage: 'callback' }]);
  });

  test.for(['drain', 'abort'] as const)('%s while beforeFlow runs and then goes well: afterFlow runs', async (mode) => {
    const { flow, p, log, note } = logBench();
    const { before } = hands('before');
    flow.beforeFlow(by(before)).beforeFlow(note('next')).afterFlow((_context, ended) => void log.push(ended));
    p.customStep(note('body'), 'a');
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode });
    before.calls[0]?.succeed();
    const result = await run.done;
    expect([log, result.status]).toEqual([['next', 'stopped'], 'stopped']);
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
  });

  test('while the callbacks before a step hang: the grace runs out, and only what always runs after it does', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { before } = hands('before');
    p.customStep(note('body'), 'a').beforeStep(by(before)).beforeStep(note('next')).afterStep(note('after')).afterStep(note('always'), { always: true });
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    const result = await run.done;
    expect([log, result.abandoned, result.status]).toEqual([['always'], ['p/a'], 'stopped']);
    before.calls[0]?.succeed();
    await settle();
    expect(log).toEqual(['always']);
  });

  test('while beforeProcess hangs: the grace runs out, and only what always runs after it does', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { before } = hands('before');
    p.customStep(note('body'), 'a');
    p.beforeProcess(by(before)).afterProcess(note('after')).afterProcess(note('always'), { always: true });
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    const result = await run.done;
    expect([log, result.abandoned, result.status]).toEqual([['always'], ['p/@before'], 'stopped']);
  });

  test('while a late callback before a step ends during the ones that always run after it: those are waited for', async () => {
    const { clock, flow, p } = logBench();
    const { before, after } = hands('before', 'after');
    p.customStep(() => 1, 'a').beforeStep(by(before)).afterStep(by(after), { always: true });
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    await after.started(run.done);
    before.calls[0]?.succeed();
    await settle();
    expect(run.status).toBe('stopping');
    after.calls[0]?.succeed();
    expect((await run.done).status).toBe('stopped');
  });

  test.for(['drain', 'abort'] as const)('%s during the body: the callbacks after it run with the end of the body', async (mode) => {
    const { flow, p, log } = logBench();
    const { a, b } = hands('a', 'b');
    p.parallel(a, b);
    p.afterStep((s, ended) => void log.push(`${s.name} ${ended.status}`));
    const run = flow.start();
    const call = await a.started(run.done);
    expect(call.signal.aborted).toBe(false);
    run.stop('enough', { mode });
    call.succeed(1);
    b.calls[0]?.fail(mode === 'abort' ? b.calls[0].signal.reason : new Error('broken'));
    const result = await run.done;
    expect(log).toEqual(mode === 'abort' ? ['a succeeded', 'b stopped'] : ['a succeeded', 'b failed']);
    expect(result.outcome('a').status).toBe('succeeded');
  });

  test('an abort during the callbacks after a step gives them its grace, and the step keeps its outcome', async () => {
    const { clock, flow, p, log } = logBench();
    const { after } = hands('after');
    p.customStep(() => 42, 'a').afterStep(by(after)).afterStep(() => void log.push('never'));
    const run = flow.start(undefined, { flowTimeout: '1m' });
    await after.started(run.done);
    await clock.advance('1m');
    await clock.advance(4_999);
    expect(run.status).toBe('stopping');
    await clock.advance(1);
    const result = await run.done;
    expect([result.value('a'), result.abandoned]).toEqual([42, ['p/a']]);
    after.calls[0]?.succeed();
    await settle();
    expect(log).toEqual([]);
  });

  test('a drain during the callbacks after a step: they go on, and the step keeps its outcome', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { after } = hands('after');
    p.customStep(() => 42, 'a').afterStep(by(after)).afterStep((s) => void log.push(`signal aborted: ${s.signal.aborted}`)).next(note('b'), 'b');
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough');
    await clock.advance('1h');
    expect(run.status).toBe('stopping');
    after.calls[0]?.succeed();
    const result = await run.done;
    expect([log, result.value('a'), result.outcome('b').status]).toEqual([['signal aborted: false'], 42, 'stopped']);
  });

  test.for(['drain', 'abort'] as const)('%s while waiting for a retry: the callbacks after the step run, and the attempts are those that were made', async (mode) => {
    const { clock, flow, p, log, note, later } = logBench();
    p.customStep(() => {
      throw new Error('broken');
    }, 'a').stepRetry({ retries: 3, delay: '1h' }).afterStep((s, ended) => void log.push(`${ended.status} after ${s.attempt}`)).afterStep(later('later'));
    flow.afterFlow(note('end'));
    const run = flow.start();
    const events = recorded(run);
    await settle();
    run.stop('enough', { mode });
    const result = await run.done;
    expect(log).toEqual(['stopped after 1', 'later', 'end']);
    expect(result.outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
    expect(events.find(({ type }) => type === 'step-ended')).toMatchObject({ attempts: 1 });
    expect(clock.pending).toBe(0);
  });

  test('while waiting for a retry: the callbacks after the step get the grace, from the stop on', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.processTimeout('2s').customStep(throwing(), 'a').stepRetry({ retries: 3, delay: '1h' }).afterStep(by(after));
    const run = flow.start(undefined, { grace: '3s' });
    await settle();
    await clock.advance('4999ms');
    expect(run.status).toBe('running');
    await clock.advance(1);
    const result = await run.done;
    expect([result.status, result.outcome('a').status, result.abandoned, after.count]).toEqual(['failed', 'stopped', ['p/a'], 1]);
  });

  //   0 s attempt 1    4 s its time is up, it ends    5 s the time of the process and the grace of attempt 1 are up
  test('at the moment when the grace of the attempt before the wait is over: the step ends once, and so does the run', async () => {
    const { clock, flow, flows, p, log } = logBench();
    const { a } = hands('a');
    flows.records({ step: { update: ({ status }) => void log.push(status) } });
    p.processTimeout('5s').customStep(a.run, 'a').stepTimeout('4s').stepRetry({ retries: 1, delay: '1h' });
    const run = flow.start(undefined, { grace: '1s' });
    const events = recorded(run);
    const call = await a.started(run.done);
    await clock.advance('4s');
    call.fail(call.signal.reason);
    await clock.advance('1s');
    const result = await run.done;
    expect([result.status, result.outcome('a').status, result.abandoned, log]).toEqual(['failed', 'stopped', [], ['stopped']]);
    expect(words(events).filter((word) => word === 'step-ended p/a')).toHaveLength(1);
  });

  test('of a process before it begins: no callback of it runs, those of others do', async () => {
    const { flow, p, log, note } = logBench();
    const { a } = hands('a');
    p.parallel(a);
    const q = flow.process('q').after(p).beforeProcess(note('before q')).afterProcess(note('after q'), { always: true });
    q.customStep(note('b'), 'b');
    p.afterProcess(note('after p'));
    const run = flow.start();
    await a.started(run.done);
    run.process('q').stop('enough');
    a.calls[0]?.succeed();
    const result = await run.done;
    expect([log, result.process('p').status, result.process('q').status]).toEqual([['after p'], 'succeeded', 'stopped']);
  });

  test('before the run has begun: no callback runs', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a');
    flow.beforeFlow(note('before')).afterFlow(note('after'), { always: true });
    const run = flow.start();
    run.stop('enough');
    const result = await run.done;
    expect([log, result.status]).toEqual([[], 'stopped']);
    expect(result.explain('a')).toContain('enough');
  });

  test('a callback may stop its own run', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').afterStep(() => run.stop('enough', { mode: 'abort' })).next(note('b'), 'b');
    p.afterProcess(note('after'));
    const run = flow.start();
    const result = await run.done;
    expect([log, result.outcome('b').status]).toEqual([['a', 'after'], 'stopped']);
  });
});
