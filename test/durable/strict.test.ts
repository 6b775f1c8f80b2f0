import { createFlows, jsonCodec, key, memoryStore, type Flow, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import type { DurableOptions } from '../../src/durable/durable-flows.ts';
import type { Codec } from '../../src/durable/codec.ts';

interface Basket {
  readonly goods: string[];
}

const basket = key<Basket>('basket');
const given = (): Basket => ({ goods: ['anvil'] });

function flowOf(options: Partial<DurableOptions> = {}): Flow<Basket> {
  return createFlows({ store: memoryStore(), strict: true, ...options }).registerFlow<Basket>('f');
}

const spoil = ({ goods }: Basket): void => void goods.push('spoilt');

describe('in a strict recorded run', () => {
  test('what a step keeps a reference to is not what others get', async () => {
    const flow = flowOf();
    const p = flow.process('p');
    const own = given();
    const made = p.customStep((s) => (s.set(basket, own), own), 'made');
    p.customStep(() => spoil(own), 'spoil', made);
    p.customStep((s) => [s.result(made).goods, s.get(basket)?.goods], 'read', 'spoil', made);
    const result = await flow.run(given());
    expect(result.value('read' as never)).toEqual([['anvil'], ['anvil']]);
    expect(result.value(made)).not.toBe(own);
  });

  test('all who read it share one copy', async () => {
    const flow = flowOf();
    const p = flow.process('p');
    const made = p.customStep(given, 'made');
    p.customStep((s) => spoil(s.result(made)), 'spoil', made);
    p.customStep((s) => s.result(made).goods, 'read', 'spoil', made);
    expect((await flow.run(given())).value('read' as never)).toEqual(['anvil', 'spoilt']);
  });

  test('neither is the input that the caller keeps', async () => {
    const flow = flowOf();
    const own = given();
    flow.process('p').customStep(() => spoil(own), 'spoil').next((s: StepContext<Basket>) => s.input.goods, 'read');
    expect((await flow.run(own)).value('read' as never)).toEqual(['anvil']);
  });

  test('nor an item, a value of a body, or the input of a flow that is called', async () => {
    const flows = createFlows({ store: memoryStore(), strict: true });
    const flow = flows.registerFlow<undefined>('f');
    const inner = flows.registerFlow<Basket>('inner');
    const own = { items: [given()], late: given(), sub: given(), inside: given() };
    inner.process('q').customStep(() => spoil(own.sub), 'spoil').next((s: StepContext<Basket>) => s.input.goods, 'read');
    const p = flow.process('p');
    const items = p.forEach(() => own.items, 'items', (each) => {
      each.customStep(() => own.items.forEach(spoil), 'spoil');
      return each.customStep((s) => [...s.result(each.item).goods], 'read', 'spoil');
    });
    const late = p.forEach(async function* () { yield await Promise.resolve(own.late); }, 'late', (each) => {
      each.customStep(() => spoil(own.late), 'spoil');
      return each.customStep((s) => [...s.result(each.item).goods], 'read', 'spoil');
    });
    const group = p.group((g) => g.customStep(() => own.inside, 'made'), 'group');
    p.customStep(() => spoil(own.inside), 'spoil', group);
    const read = p.customStep((s) => s.result(group).goods, 'read', group, 'spoil');
    const call = p.call(inner, 'call', () => own.sub);
    const result = await flow.run();
    expect([result.value(items), result.value(late), result.value(read), result.value(call).value('read' as never)]).toEqual([[['anvil']], [['anvil']], ['anvil'], ['anvil']]);
  });

  test('nor what apply hands on within one apply', async () => {
    const flow = flowOf();
    const own = given();
    const p = flow.process('p');
    const made = p.customStep(() => own, 'made');
    p.customStep(() => spoil(own), 'spoil', made);
    p.customStep((s) => s.result(made).goods, 'read', 'spoil', made);
    // a run that begins by apply is strict as its registry says
    expect((await flow.apply(null, { input: given() })).result?.value('read' as never)).toEqual(['anvil']);
  });

  test('callbacks after a step and their keys get copies, too', async () => {
    const flow = flowOf();
    const own = given();
    const p = flow.process('p');
    const seen: unknown[] = [];
    p.customStep(() => own, 'made').afterStep((s, outcome) => {
      seen.push(outcome.status === 'succeeded' && outcome.value === own);
      s.set(basket, own);
    });
    p.customStep(() => spoil(own), 'spoil', 'made').next((s: StepContext<Basket>) => s.get(basket)?.goods, 'read');
    expect((await flow.run(given())).value('read' as never)).toEqual(['anvil']);
    expect(seen).toEqual([false]);
  });

  test('a value that is written and cannot be read back fails its step', async () => {
    const good = jsonCodec();
    const codec: Codec = {
      encode: (value) => good.encode(value),
      decode(text) {
        if (text === good.encode('unreadable')) throw new Error('no');
        return good.decode(text);
      },
    };
    const flow = flowOf({ codec });
    flow.process('p').customStep(() => 'unreadable', 'a').next(() => 1, 'b');
    const result = await flow.run(given());
    expect([result.status, result.outcome('b' as never).status, result.errors[0]?.error]).toMatchObject(['failed', 'cancelled', { code: 'encode' }]);
  });
});

test.each([
  ['a recorded run that is not strict', { strict: false }],
  ['a strict run that is not recorded', { durability: 'none' as const }],
])('%s hands on what it was given', async (_, options) => {
  const flow = flowOf(options);
  const own = given();
  const p = flow.process('p');
  const made = p.customStep((s) => (s.set(basket, own), own), 'made');
  const read = p.customStep((s) => s.result(made) === own && s.get(basket) === own && s.input, 'read', made);
  const input = given();
  const result = await flow.run(input);
  expect([result.value(read) === input, result.value(made) === own]).toEqual([true, true]);
});
