import { createFlows, InputError, type Flow } from 'millrace';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';

interface Order {
  readonly id: string;
}

type Validate = StandardSchemaV1<unknown, Order>['~standard']['validate'];

function flowWith(validate: Validate): { readonly flow: Flow<unknown, Order>; readonly seen: unknown[] } {
  const flow = createFlows({ ids: () => 'r' }).registerFlow<unknown, Order>('order', { input: { '~standard': { version: 1, vendor: 'test', validate } } });
  const seen: unknown[] = [];
  flow.process('p').customStep((s) => void seen.push(s.input), 'a');
  return { flow, seen };
}

const refusing: Validate = () => ({
  issues: [{ message: 'is missing', path: ['lines', 0, { key: 'price' }] }, { message: 'is wrong' }],
});

describe('a refused run', () => {
  test('ends its event stream', async () => {
    const { flow } = flowWith(refusing);
    const run = flow.start(7);
    const refused: unknown = expect(run.done).rejects.toThrow(InputError);
    let ended = false;
    void (async () => {
      for await (const _ of run.events()) void _;
    })().then(
      () => (ended = true),
      () => (ended = true),
    );
    await refused;
    await settle();
    expect(ended).toBe(true);
  });

  test('is not running', async () => {
    const { flow } = flowWith(refusing);
    const run = flow.start(7);
    await expect(run.done).rejects.toThrow(InputError);
    expect(run.status).not.toBe('running');
  });

  test('can be disposed and stopped', async () => {
    const { flow } = flowWith(refusing);
    const run = flow.start(7);
    await expect(run.done).rejects.toThrow(InputError);
    run.stop('enough');
    await expect(run[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  test('leaves the flow as it was: the next run may fit', async () => {
    let fits = false;
    const { flow, seen } = flowWith((value) => (fits ? { value: { id: 'ok' } } : refusing(value)));
    await expect(flow.run(7)).rejects.toThrow(InputError);
    fits = true;
    await flow.run(7);
    expect(seen).toEqual([{ id: 'ok' }]);
  });
});
