import { step } from 'millrace';
import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { fail, hands, pass, recorded, throwing, words } from './bench.ts';
import { by, kinds, logBench, must } from './callback-log.ts';

expect.extend(orderMatchers);

const forced = { mode: 'abort', force: true, grace: '1s' } as const;

describe('callbacks and retries', () => {
  test('before the first attempt once, after the last one once, with the last outcome', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep((s) => {
      log.push(`attempt ${s.attempt}`);
      if (s.attempt < 3) throw new Error('broken');
    }, 'a').stepRetry(4).beforeStep(note('before')).afterStep((s, ended) => void log.push(`after ${s.attempt}: ${ended.status}`));
    await flow.run();
    expect(log).toEqual(['before', 'attempt 1', 'attempt 2', 'attempt 3', 'after 3: succeeded']);
  });

  test('async ones too, and with delays', async () => {
    const { clock, flow, p, log, later } = logBench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepRetry({ retries: 1, delay: '1m' }).beforeStep(later('before')).afterStep(later('after'));
    const run = flow.start();
    await fail(run, a);
    await clock.advance('1m');
    expect(log).toEqual(['before']);
    await fail(run, a);
    expect((await run.done).status).toBe('failed');
    expect(log).toEqual(['before', 'after']);
  });
});

describe('callbacks and time', () => {
  test('NEW-11 what runs before a step is not charged to its timeout, nor what runs after it', async () => {
    const { clock, flow, p } = logBench();
    const { before, a, after } = hands('before', 'a', 'after');
    p.customStep(a.run, 'a').stepTimeout('10s').beforeStep(by(before), must).afterStep(by(after), must);
    const run = flow.start();
    await before.started(run.done);
    await clock.advance('1h');
    before.calls[0]?.succeed();
    await a.started(run.done);
    await clock.advance('9s');
    a.calls[0]?.succeed();
    await after.started(run.done);
    await clock.advance('1h');
    after.calls[0]?.succeed();
    expect(await run.done).toHaveStatus('a', 'succeeded');
  });

  test('NEW-12 a process timeout waits for the aborted bodies before the callbacks after them', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { a } = hands('a');
    p.processTimeout('10s').customStep(a.run, 'a').afterStep((_s, ended) => void log.push(`a ${ended.status}`));
    p.afterProcess((_context, ended) => void log.push(`p ${ended}`));
    flow.afterFlow(note('after the flow'));
    const run = flow.start();
    const { signal } = await a.started(run.done);
    expect(signal.aborted).toBe(false);
    await clock.advance('10s');
    expect([signal.aborted, log]).toEqual([true, []]);
    a.calls[0]?.fail(signal.reason);
    expect((await run.done).status).toBe('failed');
    expect(log).toEqual(['a stopped', 'p failed', 'after the flow']);
  });

  test('D5 a body that ignores its abort cannot touch the run any more when the callbacks after it have run', async () => {
    const { clock, flow, p, log } = logBench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('10s').afterStep((_s, ended) => void log.push(ended.status));
    const run = flow.start(undefined, { grace: '1s' });
    const call = await a.started(run.done);
    await clock.advance('11s');
    const result = await run.done;
    expect([log, result.abandoned]).toEqual([['failed'], ['p/a']]);
    expect(() => call.s.set('late', 1)).toThrow(expect.objectContaining({ code: 'step-ended' }));
    call.succeed(1);
    await settle();
    expect([log, result.outcome('a').status]).toEqual([['failed'], 'failed']);
  });

  test('a body that ignores its abort and throws while the callbacks after it run changes nothing', async () => {
    const { clock, flow, p } = logBench();
    const { a, after } = hands('a', 'after');
    p.customStep(a.run, 'a').stepTimeout('10s').afterStep(by(after));
    const run = flow.start(undefined, { grace: '1s' });
    const events = recorded(run);
    await a.started(run.done);
    await clock.advance('11s');
    await after.started(run.done);
    a.calls[0]?.fail(new Error('late'));
    await settle();
    expect([run.status, words(events).includes('internal-error p/a')]).toEqual(['running', true]);
    after.calls[0]?.succeed();
    expect((await run.done).errors[0]?.error).toMatchObject({ code: 'timeout' });
  });

  test('the time of a process does not run while beforeProcess does', async () => {
    const { clock, flow, p } = logBench();
    const { before, a } = hands('before', 'a');
    p.processTimeout('10s').parallel(a);
    p.beforeProcess(by(before));
    const run = flow.start();
    await before.started(run.done);
    await clock.advance('1h');
    before.calls[0]?.succeed();
    await pass(run, a);
    expect((await run.done).status).toBe('succeeded');
  });

  test('the time of a flow does', async () => {
    const { clock, flow, p, log } = logBench();
    const { before } = hands('before');
    flow.flowTimeout('10s').beforeFlow(by(before), must).afterFlow((_context, ended) => void log.push(ended));
    p.customStep(() => 1, 'a');
    const run = flow.start();
    await before.started(run.done);
    await clock.advance('10s');
    before.calls[0]?.succeed();
    expect((await run.done).status).toBe('failed');
    expect(log).toEqual(['failed']);
  });

  test('a body that returns after its time is up has failed for the callbacks after it', async () => {
    const { clock, flow, p, log } = logBench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').stepTimeout('10s').afterStep((_s, ended) => void log.push(ended.status));
    const run = flow.start();
    await a.started(run.done);
    await clock.advance('10s');
    a.calls[0]?.succeed();
    await run.done;
    expect(log).toEqual(['failed']);
  });
});

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
    expect(events.filter(({ type }) => type === 'internal-error')).toMatchObject([{ stage: 'callback' }]);
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

describe('a forced stop', () => {
  test('ends a hanging callback after a step when the grace is over', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a').afterStep(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough', forced);
    await clock.advance(999);
    expect(run.status).toBe('stopping');
    await clock.advance(1);
    const result = await run.done;
    expect([result.status, result.abandoned]).toEqual(['succeeded', ['p/a']]); // it prevented nothing
    after.calls[0]?.succeed();
    await settle();
    expect(result.value('a')).toBe(1);
  });

  test('aborts the signal of a callback after a step', async () => {
    const { flow, p } = logBench();
    p.customStep(() => 1, 'a').afterStep((s) => new Promise((resolve) => s.signal.addEventListener('abort', () => resolve(undefined))));
    const run = flow.start();
    await settle();
    run.stop('enough', forced);
    const result = await run.done;
    expect([result.outcome('a').status, result.abandoned]).toEqual(['succeeded', []]);
  });

  test('ends hanging callbacks that began after it', async () => {
    const { clock, flow, p } = logBench();
    const { a, after } = hands('a', 'after');
    p.customStep(a.run, 'a').afterStep(by(after));
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', forced);
    call.succeed(1);
    await after.started(run.done);
    await clock.advance('1s');
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test('starts no callbacks after a body that it has given up', async () => {
    const { clock, flow, p, log, note } = logBench();
    const { a } = hands('a');
    p.customStep(a.run, 'a').afterStep(note('after'));
    const run = flow.start();
    await a.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    const result = await run.done;
    expect([log, result.abandoned, result.outcome('a').status]).toEqual([[], ['p/a'], 'stopped']);
  });

  test('ends hanging callbacks of a step that waited for a retry', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => {
      throw new Error('broken');
    }, 'a').stepRetry({ retries: 3, delay: '1h' }).afterStep(by(after));
    const run = flow.start();
    await settle();
    run.stop('enough', forced);
    await after.started(run.done);
    await clock.advance('1s');
    expect((await run.done).abandoned).toEqual(['p/a']);
  });

  test.for(['process', 'flow'] as const)('ends hanging callbacks of a %s', async (unit) => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a');
    if (unit === 'process') p.afterProcess(by(after));
    else flow.afterFlow(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    const result = await run.done;
    expect([result.status, result.abandoned]).toEqual(['stopped', [unit === 'process' ? 'p/@after' : '@after']]);
  });

  test.for(kinds)('starts no further callback of %s behind one that it has given up, and updates no record of it', async (kind) => {
    const { clock, flow, flows, p, log, note } = logBench();
    const { hangs } = hands('hangs');
    const update = ({ status }: { readonly status: string }): void => void log.push(status);
    flows.records({ flow: { update }, process: { update }, step: { update } });
    p.customStep(() => 1, 'a');
    flow[kind](by(hangs))[kind](note('next'), kind.startsWith('after') ? { always: true } : {});
    const run = flow.start();
    await hangs.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    await run.done;
    const before = [...log];
    hangs.calls[0]?.succeed();
    await settle();
    expect([log.includes('next'), log]).toEqual([false, before]);
  });

  test.for(['flow', 'process', 'step'] as const)('starts no callback behind an insert of a %s record that it has given up', async (kind) => {
    const { clock, flow, flows, p, log, note } = logBench();
    const { hangs } = hands('hangs');
    flows.records({ [kind]: { insert: by(hangs) } });
    p.customStep(note('body'), 'a');
    flow.beforeFlow(note('flow')).beforeProcess(note('process')).beforeStep(note('step'));
    const run = flow.start();
    await hangs.started(run.done);
    run.stop('enough', forced);
    await clock.advance('1s');
    await run.done;
    const before = [...log];
    hangs.calls[0]?.succeed();
    await settle();
    expect([log.includes(kind), log]).toEqual([false, before]);
  });

  test('that follows a plain stop ends the callbacks which that one let go on', async () => {
    const { clock, flow, p } = logBench();
    const { after } = hands('after');
    p.customStep(() => 1, 'a').afterStep(by(after));
    const run = flow.start();
    await after.started(run.done);
    run.stop('enough');
    await clock.advance('1h');
    expect(run.status).toBe('stopping');
    run.stop('really', forced);
    await clock.advance('1s');
    expect((await run.done).reason).toBe('enough');
  });
});

describe('a pause', () => {
  test('while the callbacks before a step run does not hold this step, which is at work', async () => {
    const { flow, p } = logBench();
    const { before, a, b } = hands('before', 'a', 'b');
    p.follow(a, b);
    p.beforeStep(by(before), { onlyFor: 'a' });
    const run = flow.start();
    await before.started(run.done);
    run.pause();
    before.calls[0]?.succeed();
    await pass(run, a);
    await settle();
    expect([run.status, b.count]).toEqual(['paused', 0]);
    run.resume();
    await pass(run, b);
    expect((await run.done).status).toBe('succeeded');
  });

  test('while beforeProcess runs holds the steps, not the other callbacks', async () => {
    const { flow, p, log, note } = logBench();
    const { before, a } = hands('before', 'a');
    p.parallel(a);
    p.beforeProcess(by(before)).beforeProcess(note('next'));
    const run = flow.start();
    await before.started(run.done);
    run.process('p').pause();
    before.calls[0]?.succeed();
    await settle();
    expect([run.process('p').status, a.count, log]).toEqual(['paused', 0, ['next']]);
    run.process('p').resume();
    await pass(run, a);
    expect((await run.done).status).toBe('succeeded');
  });

  test('a stop ends it, and callbacks after what began run', async () => {
    const { flow, p, log, note } = logBench();
    const { a } = hands('a');
    p.follow(a, step(note('never'), 'never'));
    p.afterProcess(note('after'));
    const run = flow.start();
    await a.started(run.done);
    run.pause();
    a.calls[0]?.succeed();
    await settle();
    run.stop('enough');
    expect((await run.done).status).toBe('stopped');
    expect(log).toEqual(['after']);
  });
});
