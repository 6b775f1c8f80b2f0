import type { Duration } from './duration.ts';
import type { Flow } from './flow.ts';
import type { LiteralName } from './names.ts';
import type { HandleOf, StepHandle, StepLike } from './refs.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { StepContext } from './step-context.ts';
import type { MembersOf, ResultsOf, SyncPoint, Timing } from './timing.ts';

/** What `follow` and `parallel` return: the handles of the group, and a sync point that is reached when all of it went well. */
export interface StepGroup<Steps = unknown> extends SyncPoint<MembersOf<Steps extends readonly unknown[] ? Steps[number] : Steps[keyof Steps]>> {
  /** The handles, as they were given: a tuple, or a record for the record form of `parallel`. */
  readonly steps: Steps;
  /**
   * Adds timings: a `parallel` gives them to every member, a `follow` to its first. Called twice, all of them count.
   */
  after(...timings: readonly [Timing, ...Timing[]]): this;
}

/** The handles of a tuple of functions and tokens. */
export type HandlesOf<Likes extends readonly unknown[], Input> = { readonly [Index in keyof Likes]: HandleOf<Likes[Index], Input> };

/** The handles of a record of functions: its names are the steps'. */
export type NamedHandlesOf<Likes, Input> = {
  readonly [Name in keyof Likes & string]: Likes[Name] extends (...args: never[]) => infer Value ? StepHandle<Name, Awaited<Value>, Input> : never;
};

/** A DAG of steps inside a flow. Its methods add to the definition until the first `compile` or run freezes it. */
export interface Process<Input = unknown> {
  /** The name of the process. */
  readonly name: string;
  /** The flow it belongs to. */
  readonly flow: Flow<never, Input>;
  /**
   * Registers a step that starts when all its timings allow it; without timings, at once.
   *
   * @param fn - the work; `s.results` is typed by the timings
   * @param name - unique in the process
   * @param timings - what to wait for; strings, functions and tokens may name steps that are registered later
   */
  customStep<const Name extends string, Value, const Timings extends readonly Timing[]>(
    fn: (s: StepContext<Input, ResultsOf<MembersOf<Timings[number]>>>) => Value,
    name: LiteralName<Name>,
    ...timings: Timings
  ): StepHandle<Name, Awaited<Value>, Input>;
  /** Registers steps of which each waits for the one before it. */
  follow<const Likes extends readonly [StepLike<Input>, ...StepLike<Input>[]]>(...steps: Likes): StepGroup<HandlesOf<Likes, Input>>;
  /** Registers steps that do not wait for one another. */
  parallel<const Likes extends readonly [StepLike<Input>, ...StepLike<Input>[]]>(...steps: Likes): StepGroup<HandlesOf<Likes, Input>>;
  /** Registers steps that do not wait for one another, under the names of a record. */
  parallel<Likes extends Readonly<Record<string, (s: StepContext<Input>) => unknown>>>(steps: Likes): StepGroup<NamedHandlesOf<Likes, Input>>;
  /** Registers a step that waits for every step that nobody waits for at this moment; steps registered later do not count. */
  syncAll<const Name extends string, Value>(fn: (s: StepContext<Input>) => Value, name: LiteralName<Name>): StepHandle<Name, Awaited<Value>, Input>;
  /**
   * Registers a step that runs after every other step of the process has its outcome, whatever it is, also after a stop or
   * a timeout. Several of them run side by side unless they are ordered with `after`.
   */
  always<const Name extends string, Value>(fn: (s: StepContext<Input>) => Value, name: LiteralName<Name>): StepHandle<Name, Awaited<Value>, Input>;
  /** Starts this process only after the others went well. Their results and keys can be read. */
  after(...processes: readonly [Process<Input>, ...Process<Input>[]]): this;
  /** Sets how many steps of this process may be at work at once in a run: a whole number from 1. */
  concurrency(limit: number): this;
  /** Sets the retry policy of its steps; a step's own one goes first. */
  stepRetry(retry: RetryPolicy): this;
  /** Sets the timeout of each attempt of its steps; a step's own one goes first. */
  stepTimeout(timeout: Duration): this;
  /** Sets the longest time from the start of its first step to the end of its last; `always` steps are not counted. */
  processTimeout(timeout: Duration): this;
  /** Sets the text that tables and drawings show. */
  describe(text: string): this;
}
