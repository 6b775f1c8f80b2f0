import { createFlows, memoryStore } from 'millrace';
import { handStep } from 'millrace/testing';
import { expect, test } from 'vitest';

test('a run whose store is closed under it ends with that error, and goes on elsewhere', async () => {
  const store = memoryStore();
  const errors: string[] = [];
  const flows = createFlows({ store });
  flows.onInternalError(({ stage, error }) => errors.push(`${stage}: ${error.message}`));
  const a = handStep('a');
  flows.registerFlow('order').process('p').customStep(a.run, 'a');
  const run = flows.get('order')!.start(undefined, { runId: 'r' });
  const call = await a.started();
  await store.close();
  call.succeed(1);
  await expect(run.done).rejects.toThrow("the store 'memory' is closed; open another one");
  expect(run.status).toBe('failed');
  expect(errors[0]).toContain('persist: ');
});

test('a run cannot begin when its store is closed', async () => {
  const store = memoryStore();
  const flow = createFlows({ store }).registerFlow('order');
  let calls = 0;
  flow.process('p').customStep(() => (calls += 1), 'a');
  await store.close();
  await expect(flow.run()).rejects.toThrow("the store 'memory' is closed; open another one");
  await expect(flow.run()).rejects.toThrow('is closed');
  expect(calls).toBe(0);
});
