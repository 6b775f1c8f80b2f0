import type { InternalError } from '../../src/define/events.ts';
import type { Flow } from '../../src/define/flow.ts';
import type { DurableFlows, DurableOptions } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { type HandStep, handStep } from '../../src/testing/hand-step.ts';
import type { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** A process that shares a store with others: one flow `order`, whose steps `one` and `two` are driven by hand. */
export interface Peer {
  readonly flows: DurableFlows;
  readonly order: Flow<number>;
  readonly one: HandStep<number>;
  readonly two: HandStep<number>;
  readonly problems: InternalError[];
}

export function peer(owner: string, store: Store, clock: VirtualClock, options: Partial<DurableOptions> = {}): Peer {
  const flows = createFlows({ store, owner, clock, lease: '30s', random: () => 1, ...options });
  const order = flows.registerFlow<number>('order');
  const one = handStep<number>('one');
  const two = handStep<number>('two');
  order.process('work').follow(one, two);
  const problems: InternalError[] = [];
  flows.onInternalError((event) => void problems.push(event));
  return { flows, order, one, two, problems };
}

/** A store that does some things differently. */
export function changed(store: Store, changes: Partial<Store>): Store {
  const method = (name: keyof Store): unknown => changes[name] ?? store[name].bind(store);
  return new Proxy(store, { get: (_, name) => method(name as keyof Store) }); // nobody asks for anything else
}
