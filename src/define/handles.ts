import type { ConditionContext, Equality, Ordered, SkipOptions } from './condition.ts';
import type { StepCallbacks } from './callbacks.ts';
import type { Duration } from './duration.ts';
import type { LiteralName } from './names.ts';
import type { Key } from './key.ts';
import type { contributes, Member, Ref } from './refs.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { StepContext } from './step-context.ts';
import type { ResultsOf, Timing } from './timing.ts';

/** The work of a step: takes its {@link StepContext}, returns a value or a promise of one. */
export type StepFunction<Input = never, Results = never, Value = unknown> = (
  s: StepContext<Input, Results>,
) => Value | PromiseLike<Value>;

/**
 * A reusable named step: made by `step(fn, name)`, registered by `follow` and `parallel`, and usable as a ref in every
 * process that registered it.
 */
export interface StepToken<Name extends string = string, Value = unknown, Input = unknown> {
  /** The name that the step gets. */
  readonly name: Name;
  /** The work of the step. */
  readonly run: (s: StepContext<Input>) => Value | PromiseLike<Value>;
  readonly [contributes]: Member<Name, Awaited<Value>, 'strong'>;
}

/**
 * What registering a step returns. It carries the step's name, value and input as types, refers to the step wherever a
 * ref is taken, and configures the step until the definition is frozen by its first `compile` or run. Like those of `Process`,
 * its methods throw a `FlowError` at once for what one call can see.
 */
export interface StepHandle<Name extends string = string, Value = unknown, Input = unknown> extends StepCallbacks<Input, Value> {
  /** The step's name inside its process. */
  readonly name: Name;
  readonly [contributes]: Member<Name, Value, 'strong'>;
  /** Adds timings: the step starts after all of these and all that it had. Adding one twice changes nothing. */
  after(...timings: readonly [Timing, ...Timing[]]): this;
  /** Registers a step that waits for this one. */
  next<const Next extends string, Result>(
    fn: (s: StepContext<Input, ResultsOf<Member<Name, Value, 'strong'>>>) => Result,
    name: LiteralName<Next>,
  ): StepHandle<Next, Awaited<Result>, Input>;
  /** Registers a step with the timings that this one has at this moment. */
  same<const Same extends string, Result>(
    fn: (s: StepContext<Input>) => Result,
    name: LiteralName<Same>,
  ): StepHandle<Same, Awaited<Result>, Input>;
  /**
   * Lets the step read a key only from one ancestor: `s.get` gives what that step set itself, else `undefined`, whatever others,
   * the step itself and the input say. Restricting a key again replaces this; `compile` reports a step that is no ancestor.
   *
   * @param from - a step that this one waits for, directly or through others, also one of a process that goes before
   */
  restrict<Kept>(key: Key<Kept> | string, from: Ref): this;
  /**
   * Lets the step run only if the value under a key is equal to `expected`: dates by their time, objects by their own `equals`, all
   * others as `===` does. A missing key is equal to nothing; `NaN` and objects without `equals` are refused. Conditions are asked once,
   * right before the step would start, and all that are chained must be true; else the step is skipped, and what waits for it runs
   * as if it had succeeded. What a comparison throws makes its condition false and is reported as an `internal-error`.
   */
  eq<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected>): this;
  /** The opposite of {@link eq}: true for a missing key and for another type. */
  neq<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected>): this;
  /** Lets the step run only if the value under a key is greater than `expected`. Values of two types, and a missing one, have no order. */
  gt<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected> & Ordered): this;
  /** Lets the step run only if the value under a key is greater than `expected` or equal to it. */
  gte<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected> & (Ordered | Equality | boolean)): this;
  /** Lets the step run only if the value under a key is less than `expected`. */
  lt<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected> & Ordered): this;
  /** Lets the step run only if the value under a key is less than `expected` or equal to it. */
  lte<Expected>(key: Key<Expected> | string, expected: NoInfer<Expected> & (Ordered | Equality | boolean)): this;
  /** Lets the step run only if this returns true. What it throws, or a promise, counts as no and is reported as an `internal-error`. */
  when(predicate: (s: ConditionContext<Input>) => boolean): this;
  /** Starts another group of conditions: the step runs if all conditions of one group are true. */
  or(): this;
  /**
   * If the conditions are not met, skips also what waits for the step, as a branch that was not taken. `except` names
   * dependents, direct or not, that run all the same, and with them what waits for nothing else that was skipped.
   */
  skipWithDependents(options?: SkipOptions): this;
  /** Sets what happens when an attempt throws; see `RetryOptions`. `0` overrides what process, flow and registry say. */
  stepRetry(retry: RetryPolicy): this;
  /** Sets the longest time of one attempt, in milliseconds or as `'30s'`. */
  stepTimeout(timeout: Duration): this;
  /** Adds labels for tools and views; they have no effect on the run. */
  tag(...tags: readonly string[]): this;
  /** Sets the text that tables and drawings show. */
  describe(text: string): this;
}

/** What is registered by `follow` and `parallel`: a function, whose name becomes the step's, or a token. */
export type StepLike<Input> = ((s: StepContext<Input>) => unknown) | StepToken<string, unknown, Input>;

/** The handle that registering a {@link StepLike} makes. */
export type HandleOf<Like, Input> =
  Like extends StepToken<infer Name, infer Value, never>
    ? StepHandle<Name, Awaited<Value>, Input>
    : Like extends (...args: never[]) => infer Value
      ? StepHandle<string, Awaited<Value>, Input>
      : never;
