import type {} from 'vitest'; // without it, the compiler does not look for the module that is augmented
import type { OutcomeStatus, RunOutcome } from '../define/outcome.ts';
import type { Ref } from '../define/refs.ts';

/**
 * What `expect(result)` can assert on the result of a run after `expect.extend(orderMatchers)`. Steps are named by any ref: a path, a
 * plain name, a handle, a token or a function. A ref that names no step, or several, throws what `result.outcome` throws, under `.not` too.
 */
export interface OrderAssertions {
  /** Asserts that both steps started, and that the first had ended when the second started. */
  toHaveRunBefore(a: Ref, b: Ref): void;
  /** Asserts that both steps were at work at the same time. */
  toHaveOverlapped(a: Ref, b: Ref): void;
  /** Asserts that all steps started, and that each but the last had ended when the next one of the list started. Give two or more. */
  toHaveRunInOrder(steps: readonly Ref[]): void;
  /** Asserts how a step ended, or, with one argument, how the run ended. */
  toHaveStatus(...expected: [status: RunOutcome] | [step: Ref, status: OutcomeStatus]): void;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- an augmentation has to repeat the parameters
  interface Matchers<T> extends OrderAssertions {}
}
