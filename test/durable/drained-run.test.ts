import { createFlows, type DurableFlows, type Flow, memoryStore, type Store } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';

interface Made {
  readonly flow: Flow<undefined>;
  readonly calls: readonly string[];
  readonly flows: DurableFlows;
}

/** A flow whose first step is at work for ever in the first process, and ends in the next one. */
function made(owner: string, store: Store, withCallback: boolean): Made {
  const flows = createFlows({ store, clock: virtualClock(), owner });
  const flow = flows.registerFlow<undefined>('order');
  const calls: string[] = [];
  const steps = flow.process('p');
  if (withCallback) steps.beforeStep(() => void calls.push('before'));
  steps.customStep((s) => {
    calls.push(`charge, recovering: ${s.recovering}`);
    return owner === 'first' ? new Promise(() => undefined) : 'charged';
  }, 'charge').next(() => 'shipped', 'ship');
  return { flow, calls, flows };
}

describe.each([
  ['without callbacks', false],
  ['with a callback before it', true],
])('a step %s that was at work when its process died, in a run that was stopped', (_, withCallback) => {
  test.each([
    ['drain', [...(withCallback ? ['before'] : []), 'charge, recovering: true'], { status: 'succeeded', value: 'charged' }],
    ['abort', [], { status: 'stopped', reason: 'enough' }],
  ] as const)('by %s', async (mode, called, outcome) => {
    const store = memoryStore();
    const first = made('first', store, withCallback);
    const run = first.flow.start(undefined, { runId: 'r' });
    run.done.catch(() => undefined);
    await settle();
    run.stop('enough', { mode, grace: '1h' });
    await settle();
    await first.flows.close({ grace: 0 });
    const second = made('second', store, withCallback);
    const [again] = await second.flows.recover();
    const result = await again!.done;
    expect(second.calls).toEqual(called);
    expect([result.status, result.outcome('p/charge')]).toEqual(['stopped', outcome]);
    expect(result.outcome('p/ship').status).not.toBe('succeeded');
  });
});
