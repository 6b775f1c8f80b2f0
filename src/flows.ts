import { type Clock, systemClock } from './clock.ts';
import type { Flows, FlowsOptions } from './define/flows.ts';
import { Registry } from './define/registry.ts';
import { FlowApplying } from './durable/apply/flow-applying.ts';
import { createDurableFlows } from './durable/create.ts';
import type { DurableFlows, DurableOptions } from './durable/durable-flows.ts';
import { Fitting } from './durable/fitting.ts';
import { jsonCodec } from './durable/json-codec.ts';
import { isDurable } from './durable/option-checks.ts';
import { Launcher } from './run/launcher.ts';

/**
 * Makes a registry whose runs are recorded in a store, and go on after a crash.
 *
 * @throws InvalidOptionError - an option cannot be meant
 * @example
 * const flows = createFlows({ store: memoryStore() });
 * await flows.recover();
 */
export function createFlows(options: DurableOptions): DurableFlows;
/**
 * Makes a registry of its own. Use one per service or test; nothing is shared between registries.
 *
 * @throws InvalidOptionError - an option cannot be meant
 * @example
 * const flows = createFlows({ concurrency: 8, stepRetry: 2 });
 * const nightly = flows.registerFlow('nightly');
 */
export function createFlows(options?: FlowsOptions): Flows;
export function createFlows(options: FlowsOptions | DurableOptions = {}): Flows {
  const registry = isDurable(options) ? createDurableFlows(options) : new Registry(applying(new Launcher(options), options.clock ?? systemClock));
  return registry as unknown as Flows; // the builders behind it take what the interfaces type
}

/** Lets a registry without a store advance snapshots. */
function applying(launcher: Launcher, clock: Clock): Launcher {
  const codec = jsonCodec();
  const fitting = new Fitting({ store: { loadDefinition: () => Promise.resolve(undefined) }, codec, launcher, migrate: undefined });
  launcher.applying = new FlowApplying({ codec, launcher, fitting, now: () => clock.now() });
  return launcher;
}

/** The default registry. It is the only global state of the library. */
export const flow: Flows = createFlows();
