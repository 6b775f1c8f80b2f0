import type { BodySpec } from '../../define/spec.ts';
import type { Plan } from '../plan.ts';

/** A run of a body that is to begin. */
export interface Opening {
  readonly plan: Plan;
  readonly body?: BodySpec | undefined;
  /** What its place has beyond the path of the step. */
  readonly suffix: string;
  /** The same for its idempotency keys. */
  readonly keySuffix: string;
  readonly tokens?: ReadonlyMap<object, unknown> | undefined;
  /** Which time it is that the body runs, if it may run without end. */
  readonly turn?: number | undefined;
  /** The input, of a flow that is called. */
  readonly input?: { readonly value: unknown } | undefined;
}
