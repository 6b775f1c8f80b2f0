import type { Flows, FlowsOptions } from './define/flows.ts';
import { Registry } from './define/registry.ts';
import { Launcher } from './run/launcher.ts';

/**
 * Makes a registry of its own. Use one per service or test; nothing is shared between registries.
 *
 * @throws InvalidOptionError - an option cannot be meant
 * @example
 * const flows = createFlows({ concurrency: 8, stepRetry: 2 });
 * const nightly = flows.registerFlow('nightly');
 */
export function createFlows(options: FlowsOptions = {}): Flows {
  return new Registry(new Launcher(options)) as unknown as Flows; // the builders behind it take what the interfaces type
}

/** The default registry. It is the only global state of the library. */
export const flow: Flows = createFlows();
