import { orderMatchers, settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { fail, hands, pass, recorded, words } from './bench.ts';
import { by, logBench, must } from './callback-log.ts';

expect.extend(orderMatchers);

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
