import { createFlows, memoryStore, type InternalError } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { changed } from './workers-kit.ts';

function answering(answer: (rows: number) => unknown): { readonly flows: DurableFlows; readonly problems: InternalError[]; readonly store: Store } {
  const good = memoryStore();
  let isGood = false;
  const store = changed(good, {
    append: async (rows) => {
      const answers = await good.append(rows);
      return isGood ? answers : (answer(rows.length) as readonly boolean[]);
    },
  });
  const flows = createFlows({ store, clock: virtualClock(0) });
  const problems: InternalError[] = [];
  flows.onInternalError((problem) => {
    problems.push(problem);
    isGood = true;
  });
  return { flows, problems, store };
}

describe('a store that does not say of each row whether it is kept', () => {
  test.each([
    ['undefined', () => undefined],
    ["'ok'", () => 'ok'],
    ['1 rows with 0 answers', () => []],
    ['1 rows with 2 answers', () => [true, true]],
    ['a list that holds 1', () => [1]],
    ['a list that holds undefined', (rows: number) => Array.from({ length: rows })],
  ] as const)('ends its runs with an error that says so: %s', async (what, answer) => {
    const { flows, problems } = answering(answer);
    const flow = flows.registerFlow<undefined>('f');
    let calls = 0;
    flow.process('p').customStep(() => (calls += 1), 'a');
    const error: unknown = await flow.run(undefined, { runId: 'r' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StoreError', code: 'store-failed' });
    expect((error as Error).message).toContain(what);
    expect((error as Error).message).toContain('append returns a list with true or false for each row');
    expect([calls, problems.map(({ stage }) => stage)]).toEqual([0, ['persist', 'persist']]);
    expect((await flow.run(undefined, { runId: 'other' })).status).toBe('succeeded'); // the store has come to its senses
  });
});

test('the result of a run that was started in the same turn is not known yet', async () => {
  const flows = createFlows({ store: memoryStore() });
  const flow = flows.registerFlow<undefined>('f');
  flow.process('p').sleep('1h', 'nap');
  const run = flow.start(undefined, { runId: 'r' });
  expect(await flows.result('r')).toBeUndefined();
  const other = flow.start(undefined, { runId: 's' });
  expect((await flows.resume('s')).id).toBe('s');
  await expect(flows.result('t')).rejects.toMatchObject({ code: 'unknown-run' });
  await settle();
  for (const one of [run, other]) one.stop();
  expect((await run.done).status).toBe('stopped');
  expect((await flows.result('r'))?.status).toBe('stopped');
});
