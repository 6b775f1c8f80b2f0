import { expectTypeOf } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Worker } from '../../src/durable/worker-options.ts';

declare const flows: DurableFlows;

const order = flows.registerFlow<{ readonly sku: string }>('order');
const nightly = flows.registerFlow('nightly');

// A submitted run takes the input of its flow, and may do without it where that is undefined.
expectTypeOf(flows.submit(order, { sku: 'anvil' }, { runId: 'o-1', concurrency: 2 })).toEqualTypeOf<Promise<string>>();
void flows.submit(nightly);
void flows.submit(nightly, undefined, { schedule: 'tiers', onFailure: 'finish-tier' });
// @ts-expect-error -- the input is missing
void flows.submit(order);
// @ts-expect-error -- another input
void flows.submit(order, { sku: 3 });

// By name, nobody knows the input.
void flows.submit('order', { sku: 'anvil' });
void flows.submit('nightly');

// @ts-expect-error -- a signal is of this process only
void flows.submit(nightly, undefined, { signal: AbortSignal.abort() });
// @ts-expect-error -- it goes with tiers
void flows.submit(nightly, undefined, { onFailure: 'finish-tier' });

// Workers and registries are disposable.
expectTypeOf(flows.worker({ concurrency: 4, flows: ['order'], pollEvery: '1s' })).toEqualTypeOf<Worker>();
expectTypeOf(flows.worker()).toExtend<AsyncDisposable>();
expectTypeOf(flows).toExtend<AsyncDisposable>();
// @ts-expect-error -- no length of time
flows.worker({ pollEvery: 'soon' });
