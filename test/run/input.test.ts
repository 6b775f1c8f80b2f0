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
const refusal = 'the input of flow \'order\' does not fit its schema:\n  - lines.0.price: is missing\n  - is wrong';

describe('a schema', () => {
  test.for<[string, Validate]>([
    ['at once', (value) => ({ value: { id: String(value) } })],
    ['later', async (value) => ({ value: { id: String(value) } })],
  ])('that answers %s gives the steps its output', async ([, validate]) => {
    const { flow, seen } = flowWith(validate);
    expect((await flow.run(7)).status).toBe('succeeded');
    expect(seen).toEqual([{ id: '7' }]);
  });

  test.for<[string, Validate]>([
    ['at once', refusing],
    ['later', async (value) => refusing(value)],
  ])('that refuses %s rejects, and no step runs', async ([, validate]) => {
    const { flow, seen } = flowWith(validate);
    const refused: unknown = expect.objectContaining({
      name: 'InputError',
      code: 'invalid-input',
      message: refusal,
      issues: [{ path: 'lines.0.price', message: 'is missing' }, { path: '', message: 'is wrong' }],
    });
    await expect(flow.run(7)).rejects.toEqual(refused);
    await expect(flow.start(7).done).rejects.toEqual(refused);
    expect(seen).toEqual([]);
  });

  const broken = new Error('no connection');
  test.for<[string, Validate]>([
    ['throws', () => { throw broken; }],
    ['rejects', () => Promise.reject(broken)],
  ])('that %s rejects with an InputError that has it as its cause', async ([, validate]) => {
    const { flow, seen } = flowWith(validate);
    const error: unknown = await flow.run(7).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ cause: broken, issues: [{ path: '', message: 'the schema threw: no connection' }] });
    expect(seen).toEqual([]);
  });

  test.for<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['nothing, later', Promise.resolve(undefined)],
    ['a string, later', Promise.resolve('no')],
  ])('that answers with %s rejects, and nothing hangs', async ([, answer]) => {
    const { flow, seen } = flowWith(() => answer as never);
    let outcome: unknown = 'hangs';
    flow.run(7).then(
      () => {
        outcome = 'ran';
      },
      (error: unknown) => {
        outcome = error;
      },
    );
    await settle();
    expect(outcome).toBeInstanceOf(InputError);
    expect(seen).toEqual([]);
  });

  test('that answers with a thenable which is no Promise is awaited', async () => {
    const thenable = { then: (resolve: (answer: unknown) => void) => resolve({ value: { id: 'late' } }) };
    const { flow, seen } = flowWith(() => thenable as never);
    await flow.run(7);
    expect(seen).toEqual([{ id: 'late' }]);
  });
});

test('a run that is stopped while its schema is at work starts no step', async () => {
  let answer: ((result: { value: Order }) => void) | undefined;
  const { flow, seen } = flowWith(() => new Promise((resolve) => (answer = resolve)));
  const run = flow.start(7);
  await settle();
  run.stop('enough');
  answer?.({ value: { id: 'late' } });
  const result = await run.done;
  expect([result.status, result.reason, seen]).toEqual(['stopped', 'enough', []]);
});

test.for<[unknown, string]>([
  [null, 'null'],
  [{}, 'an object'],
  ['string', 'a string'],
  [{ '~standard': {} }, 'half a schema'],
])('%s is not a schema', ([input]) => {
  expect(() => createFlows().registerFlow('order', { input: input as never })).toThrow(
    expect.objectContaining({
      code: 'invalid-option',
      message: "the input of flow 'order' is not a Standard Schema; give a schema of Zod, Valibot, ArkType or the like",
    }),
  );
});
