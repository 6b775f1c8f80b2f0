import { NonErrorThrown, type CallbackError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { throwing } from './bench.ts';
import { kinds, logBench, must } from './callback-log.ts';
import { all, broken, noted, problems } from './callbacks-noted.ts';

describe('what a callback may throw', () => {
  test('EVT-01..03, EVT-04..06 an event carries what was thrown, when and where', async () => {
    const { flow } = noted('process: afterProcess', must);
    const run = flow.start();
    const events = problems(run);
    await run.done;
    expect(events).toEqual([
      {
        type: 'internal-error',
        runId: 'r-1',
        flow: 'f',
        at: expect.any(Number) as unknown,
        stage: 'callback',
        error: broken,
        path: 'p',
        callback: { kind: 'afterProcess', level: 'process', order: 1, must: true },
      },
    ]);
    expect(events[0]?.error.stack).toContain('Error: broken');
  });

  test.for<[string, unknown]>([['a string', 'no'], ['null', null], ['an object', { a: 1 }]])('%s is wrapped', async ([, thrown]) => {
    const { flow } = noted('step: beforeStep', must, thrown);
    const { cause } = (await flow.run()).errors[0]?.error as CallbackError;
    expect(cause).toBeInstanceOf(NonErrorThrown);
    expect((cause as NonErrorThrown).thrown).toBe(thrown);
  });

  test('a thenable that rejects is a failure', async () => {
    const { flow, p } = logBench();
    const rejecting = { then: (_resolve: unknown, reject: (error: unknown) => void) => void reject('no') } as unknown as PromiseLike<undefined>;
    p.customStep(() => 1, 'a').afterStep(() => rejecting, must);
    expect((await flow.run()).errors[0]?.error.message).toContain("the string 'no' was thrown");
  });

  test('a thenable whose then throws is a failure', async () => {
    const { flow, p } = logBench();
    const throwingThen = { then: throwing(broken) } as unknown as PromiseLike<undefined>;
    p.customStep(() => 1, 'a').afterStep(() => throwingThen, must);
    expect((await flow.run()).errors[0]?.error.cause).toBe(broken);
  });

  test('a listener that throws on the event changes nothing', async () => {
    const { flow, log } = noted('step: beforeStep');
    const run = flow.start();
    run.on('internal-error', throwing());
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(all);
  });
});

describe('what a callback returns', () => {
  test.for(kinds)("'break' of %s passes over the rest of its level, and nothing else", async (kind) => {
    const { flow, log } = noted(`flow: ${kind}`, must, 'break');
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(all.filter((word) => word !== `flow: ${kind} again`));
  });

  test.for([['1', 1], ['true', true], ['false', false], ['Break', 'Break']] as const)('%s is without effect', async ([, value]) => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').beforeStep(() => value as never).beforeStep(note('next'));
    await flow.run();
    expect(log).toEqual(['next', 'body']);
  });

  test("a promise of 'break' is a break", async () => {
    const { flow, p, log, note, later } = logBench();
    p.customStep(note('body'), 'a').beforeStep(later('1', 'break')).beforeStep(note('2'));
    await flow.run();
    expect(log).toEqual(['1', 'body']);
  });
});
