import { NonErrorThrown } from 'millrace';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { settle } from 'millrace/testing';
import { bench, internalErrors, recorded, throwing } from './bench.ts';

describe('a step that throws something else than an Error', () => {
  test.for<[unknown, string]>([
    ['no stock', "the string 'no stock' was thrown"],
    ['', "the string '' was thrown"],
    [undefined, 'undefined was thrown'],
    [null, 'null was thrown'],
    [42, '42 was thrown'],
    [Symbol('odd'), 'Symbol(odd) was thrown'],
    [{ code: 7 }, 'an object was thrown'],
    [Object.create(null), 'an object was thrown'],
    [() => 1, 'a function was thrown'],
  ])('%s is wrapped and kept', async ([thrown, message]) => {
    const { flow, p } = bench();
    p.customStep(throwing(thrown), 'sync');
    p.customStep(async () => throwing(thrown)(), 'async');
    const result = await flow.run();
    for (const { error } of result.errors) {
      expect(error).toBeInstanceOf(NonErrorThrown);
      expect(error).toMatchObject({ code: 'non-error-thrown', thrown, message: `${message}, which is not an Error; throw an Error, so that it has a stack` });
    }
    expect(result.errors).toHaveLength(2);
  });

  test('an error of another realm is an error', async () => {
    const { flow, p } = bench();
    const foreign = runInContext('new TypeError("from afar")', createContext()) as Error;
    p.customStep(throwing(foreign), 'a');
    expect((await flow.run()).errors[0]?.error).toBe(foreign);
  });

  test('an object that resists being looked at still fails its step', async () => {
    const { flow, p } = bench();
    const resisting = {
      get [Symbol.toStringTag](): string {
        throw new Error('do not look');
      },
    };
    p.customStep(async () => throwing(resisting)(), 'a');
    const run = flow.start();
    await settle();
    expect(run.status).toBe('failed');
  });
});

describe('a step that returns a thenable', () => {
  const thenable = (then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): object => ({ then });

  test.for<[string, object, unknown]>([
    ['resolves', thenable((resolve) => resolve('value')), { status: 'succeeded', value: 'value' }],
    ['resolves with another one', thenable((resolve) => resolve(Promise.resolve('inner'))), { status: 'succeeded', value: 'inner' }],
    ['rejects', thenable((_, reject) => reject(new Error('rejected'))), { status: 'failed', error: new Error('rejected') }],
    ['rejects with undefined', thenable((_, reject) => reject(undefined)), { status: 'failed', error: expect.any(NonErrorThrown) as NonErrorThrown }],
    ['throws', thenable(() => throwing(new Error('thrown'))()), { status: 'failed', error: new Error('thrown') }],
    [
      'resolves twice',
      thenable((resolve) => {
        resolve('first');
        resolve('second');
      }),
      { status: 'succeeded', value: 'first' },
    ],
    [
      'resolves and then rejects',
      thenable((resolve, reject) => {
        resolve('first');
        reject(new Error('late'));
      }),
      { status: 'succeeded', value: 'first' },
    ],
    [
      'resolves and then throws',
      thenable((resolve) => {
        resolve('first');
        throw new Error('late');
      }),
      { status: 'succeeded', value: 'first' },
    ],
    [
      'has a then that cannot be read',
      {
        get then(): never {
          throw new Error('no then');
        },
      },
      { status: 'failed', error: new Error('no then') },
    ],
    ['has a then that is no function', { then: 'later' }, { status: 'succeeded', value: { then: 'later' } }],
    ['is a function', Object.assign(() => 0, { then: (resolve: (value: unknown) => void) => resolve('called') }), { status: 'succeeded', value: 'called' }],
  ])('one that %s', async ([, returned, outcome]) => {
    const { flow, p } = bench();
    p.customStep(() => returned, 'a').next(() => 1, 'b');
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    expect(result.outcome('a')).toEqual(outcome);
    expect(events.filter((event) => event.type === 'step-ended' && event.step === 'a')).toHaveLength(1);
    expect(internalErrors(events)).toEqual([]);
  });

  test('a promise that calls back twice counts once', async () => {
    const twice = Promise.resolve(1);
    const once = twice.then.bind(twice) as (...handlers: readonly unknown[]) => unknown;
    void Object.defineProperty(twice, 'then', { value: (...handlers: readonly unknown[]) => [once(...handlers), once(...handlers)][1] });
    const { flow, p } = bench();
    let after = 0;
    p.customStep(() => twice, 'a').next(() => (after += 1), 'b');
    const result = await flow.run();
    await settle();
    expect([result.status, after, result.timeline.length]).toEqual(['succeeded', 1, 2]);
  });
});
