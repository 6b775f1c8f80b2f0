import type { Logger } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, pass, throwing } from './bench.ts';

const nothing = (): void => undefined;

describe('a listener that throws and nobody to hear of it', () => {
  function logging(warn: Logger['warn']): Logger {
    return { debug: nothing, info: nothing, warn, error: nothing };
  }

  test('goes to the logger', async () => {
    const warned: unknown[] = [];
    const wrong = new Error('wrong listener');
    const { flow, p } = bench({ logger: logging((fields, message) => void warned.push([fields, message])) });
    p.customStep(() => 1, 'a');
    const run = flow.start();
    run.on('step-started', throwing(wrong));
    expect((await run.done).status).toBe('succeeded');
    expect(warned).toEqual([[{ error: wrong, stage: 'listener', path: 'p/a', runId: 'r-1' }, 'wrong listener']]);
  });

  test('a listener of internal errors that throws goes to the logger, not to itself', async () => {
    const warned: string[] = [];
    const { flow, p } = bench({ logger: logging((_, message) => void warned.push(message)) });
    p.customStep(() => 1, 'a');
    const run = flow.start();
    run.on('step-started', throwing(new Error('first')));
    run.on('internal-error', throwing(new Error('second')));
    expect((await run.done).status).toBe('succeeded');
    expect(warned).toEqual(['second']);
  });

  test('a logger that throws changes nothing either', async () => {
    const { flow, p } = bench({ logger: logging(throwing(new Error('disk is full'))) });
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    run.on('step-ended', throwing(new Error('wrong listener')));
    await pass(run, a);
    await pass(run, b);
    expect((await run.done).status).toBe('succeeded');
  });
});

describe('a listener that acts on its run', () => {
  test('it may stop the run from an event', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.follow(a, b);
    const run = flow.start();
    run.on('step-ended', ({ step }) => {
      if (step === 'a') run.stop('seen enough');
    });
    await pass(run, a);
    const result = await run.done;
    expect(result.outcome('b')).toEqual({ status: 'stopped', reason: 'seen enough' });
    expect(b.count).toBe(0);
  });

  test('it may stop the run when a step starts: that step runs, no other', async () => {
    const { flow, p } = bench();
    const { a, b } = hands('a', 'b');
    p.parallel(a, b);
    const run = flow.start();
    run.on('step-started', () => run.stop('seen enough'));
    await pass(run, a);
    const result = await run.done;
    expect([result.outcome('a').status, result.outcome('b').status]).toEqual(['succeeded', 'stopped']);
  });

  test('it may pause and resume the run', async () => {
    const { flow, p } = bench();
    p.customStep(() => 'A', 'a').next(() => 'B', 'b');
    const run = flow.start();
    run.on('step-ended', ({ step }) => {
      if (step === 'a') run.pause();
    });
    run.on('run-paused', () => queueMicrotask(() => run.resume()));
    expect((await run.done).value('b')).toBe('B');
  });

  test('it may listen more and take itself away', async () => {
    const { flow, p } = bench();
    p.customStep(() => 'A', 'a').next(() => 'B', 'b');
    const run = flow.start();
    const heard: string[] = [];
    const undo = run.on('step-started', ({ step }) => {
      heard.push(`first ${step}`);
      undo();
      run.on('step-started', ({ step: later }) => void heard.push(`second ${later}`));
    });
    await run.done;
    expect(heard).toEqual(['first a', 'second b']);
  });

  test('the outcome of an event is the outcome of the step', async () => {
    const { flow, p } = bench();
    const value = { amount: 1 };
    p.customStep(() => value, 'a');
    const run = flow.start();
    let seen: unknown;
    run.on('step-ended', ({ outcome }) => {
      seen = outcome;
    });
    const result = await run.done;
    expect(seen).toEqual(result.outcome('a'));
    expect(result.value('a')).toBe(value);
  });
});
