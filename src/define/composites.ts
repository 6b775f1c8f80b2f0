import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from './duration.ts';
import type { contributes, Member, NamedRef } from './refs.ts';
import type { StepContext } from './step-context.ts';

/** A yes or no, now or later. Anything but a boolean fails the step that asked. */
export type Answer = boolean | PromiseLike<boolean>;

/** How to wait for a condition. */
export interface WaitOptions {
  /** The pause between two askings. Default: 1 s */
  readonly every?: Duration | undefined;
  /** The longest wait, of any length. Default: none */
  readonly timeout?: Duration | undefined;
}

/** How to wait for a signal. */
export interface SignalOptions<Payload> {
  /** Any Standard Schema. A payload that does not fit is refused when it is sent, and the wait goes on. Default: everything fits */
  readonly schema?: StandardSchemaV1<unknown, Payload> | undefined;
  /** The longest wait, of any length. Default: none */
  readonly timeout?: Duration | undefined;
}

/** How to repeat a body. */
export interface LoopOptions {
  /** How many times at most, a whole number from 1; then the step fails with a `LoopLimitError`. Default: no limit */
  readonly max?: number | undefined;
  /** The pause between two times. Default: none */
  readonly every?: Duration | undefined;
}

/** How to run a body for each item. */
export interface ForEachOptions<Item, Mode extends 'collect' | 'fail-fast' = 'collect' | 'fail-fast'> {
  /** How many items are at work at once: a whole number from 1. Default: no limit for lists, 1 for async iterables */
  readonly concurrency?: number | undefined;
  /**
   * What the failure of an item does: ends what is at work and fails the step (`'fail-fast'`, the default), or nothing, and the value of
   * the step is the outcomes (`'collect'`).
   */
  readonly onError?: Mode | undefined;
  /** Names an item: in paths, in idempotency keys and in the journal. Each is unique. Default: its position, from 0 */
  readonly key?: ((item: Item, index: number) => string | number) | undefined;
  /**
   * What happens when a run goes on that was interrupted before all items were taken: the function that makes them is called again, and the
   * items that are known are passed over (`'skip'`, the default), or it is told how many are known and leaves them out (`'resume'`).
   */
  readonly replay?: 'skip' | 'resume' | undefined;
}

/** Decides, when a body has failed, whether it is run once more. `attempt` is the number of the run that failed, from 1. */
export type RetryHandler<Input> = (s: StepContext<Input>, error: Error, attempt: number) => Answer;

/** What a body may return: the step whose value becomes that of the whole, or nothing. */
export type BodyResult = NamedRef | undefined | void;

/** The value of a composite step whose body returned this. */
export type ValueOfBody<Made> = Made extends { readonly [contributes]: Member<string, infer Value> } ? Value : undefined;

/** The type-level key under which a flow says which input it takes. */
export declare const takes: unique symbol;

/** A flow that can be called with an input. */
export interface Callable<Given> {
  /** Its name. */
  readonly name: string;
  readonly [takes]: (given: Given) => void;
}
