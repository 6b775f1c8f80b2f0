import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Flow, StepContext } from '../../src/index.ts';

/** One process, as a scenario sees it. */
export interface World {
  readonly flows: DurableFlows;
  /** Whether what is broken at first is still broken. */
  readonly isBroken: boolean;
  readonly now: () => number;
}

/** A flow whose composite steps are interrupted. */
export interface CompositeScenario {
  readonly name: string;
  /** Whether it fails as long as something is broken, and succeeds later. */
  readonly heals?: true;
  /**
   * @param effect - is told what is called: the idempotency key of a step whose end is recorded there; else some name, after `~` if it may be
   * called any number of times
   */
  define(flow: Flow<number>, effect: (name: string) => void, world: World): void;
}

export type Work = (s: StepContext<number>) => string;

/** A function that says where it runs, and returns that. */
export function noting(effect: (name: string) => void): Work {
  return (s) => {
    effect(s.idempotencyKey);
    return s.idempotencyKey;
  };
}
