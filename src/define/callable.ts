import { FlowError, InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';
import type { FlowSpec } from './spec.ts';

/** What can be called: the builders of flows and of scopes need not know one another. */
export class CallableFlow {
  readonly #definition: FlowSpec;

  constructor(definition: FlowSpec) {
    this.#definition = definition;
  }

  /** The definition of a flow; `undefined` for what is none. */
  static definitionOf(flow: unknown): FlowSpec | undefined {
    return typeof flow === 'object' && flow !== null && #definition in flow ? flow.#definition : undefined;
  }
}

/**
 * Returns the definition of a flow that is to be called.
 *
 * @throws FlowError - `foreign-handle`: it belongs to another registry
 * @throws InvalidOptionError - it is no flow
 */
export function callableOf(flow: unknown, caller: FlowSpec, name: string): FlowSpec {
  const spec = CallableFlow.definitionOf(flow);
  if (spec === undefined) throw new InvalidOptionError('invalid-option', `step '${name}' calls ${shown(flow)}; give a flow, as registerFlow returns it`);
  if (spec.registry === caller.registry) return spec;
  throw new FlowError('foreign-handle', `step '${name}' calls flow '${spec.name}' of another registry; give a flow of the same registry`);
}
