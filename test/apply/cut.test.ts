import { expect, test } from 'vitest';
import { createFlows } from '../../src/flows.ts';
import { applied } from './controller.ts';

const declined = (): never => {
  throw new Error('card declined');
};

test("what had no place in an apply ends with it when a failure cuts it off: with budget 'one' no later apply calls nothing", async () => {
  const flow = createFlows().registerFlow('x');
  flow.steps((steps) => {
    steps.forEach(['one', 'two'], 'each', (item) => {
      item.customStep(declined, 'a');
    });
  });
  const applies = await applied(flow as never, { budget: 'one' });
  expect(applies.map(({ status, ran }) => [status, ran])).toEqual([['failed', ['steps/each/0/a']]]);
});

test('the same holds in loops, which let others go first', async () => {
  const flow = createFlows().registerFlow('x');
  let rounds = 0;
  flow.steps((steps) => {
    steps.forEach(['one', 'two'], 'each', (item) => {
      item.loopUntil(
        (round) => {
          round.customStep(() => (++rounds === 3 ? declined() : undefined), 'a');
        },
        'l',
        () => false,
      );
    });
  });
  const applies = await applied(flow as never, { budget: 'one' });
  expect(applies.map(({ ran }) => ran.length)).not.toContain(0);
  expect(applies.at(-1)?.status).toBe('failed');
});
