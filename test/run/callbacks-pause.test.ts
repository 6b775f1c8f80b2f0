import { step } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands, pass } from './bench.ts';
import { by, logBench } from './callback-log.ts';

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
