import { expect, test } from 'vitest';
import { createFlows } from '../../src/index.ts';
import { randomIds } from '../../src/random.ts';

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are random UUIDs of version 4, and no two are alike', () => {
  const next = randomIds();
  const ids = Array.from({ length: 10_000 }, next);
  expect(ids.filter((id) => !uuid4.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every digit of an id that is free takes every value', () => {
  const next = randomIds();
  const seen = Array.from({ length: 36 }, () => new Set<string>());
  for (let count = 0; count < 2_000; count++) for (const [place, digit] of [...next()].entries()) seen[place]?.add(digit);
  expect(seen.map(({ size }) => size)).toEqual([...'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'].map((place) => (place === 'x' ? 16 : place === 'y' ? 4 : 1)));
});

test('two registries do not share their ids', async () => {
  const ids = await Promise.all(
    [createFlows(), createFlows()].map(async (flows) => {
      const flow = flows.registerFlow('order');
      flow.process('main').customStep(() => 1, 'step');
      return (await flow.run()).runId;
    }),
  );
  expect(new Set(ids).size).toBe(2);
});
