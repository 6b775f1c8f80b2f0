import { FlowError, InvalidOptionError } from '../errors.ts';
import { shown } from './shown.ts';
import type { FlowSpec } from './spec.ts';

/** Under which a flow says which definition it stands for: the builders of flows and of scopes need not know one another. */
export const definition: unique symbol = Symbol('definition');

/**
 * Returns the definition of a flow that is to be called.
 *
 * @throws FlowError - `foreign-handle`: it belongs to another registry
 * @throws InvalidOptionError - it is no flow
 */
export function callableOf(flow: unknown, caller: FlowSpec, name: string): FlowSpec {
  const spec = typeof flow === 'object' && flow !== null ? (flow as { readonly [definition]?: FlowSpec })[definition] : undefined;
  if (spec === undefined) throw new InvalidOptionError('invalid-option', `step '${name}' calls ${shown(flow)}; give a flow, as registerFlow returns it`);
  if (spec.registry === caller.registry) return spec;
  throw new FlowError('foreign-handle', `step '${name}' calls flow '${spec.name}' of another registry; give a flow of the same registry`);
}
