import type { Answer, BodyResult, Callable, ForEachOptions, LoopOptions, RetryHandler, SignalOptions, ValueOfBody, WaitOptions } from './composites.ts';
import type { Duration } from './duration.ts';
import type { HandlesOf, NamedHandlesOf, StepGroup } from './groups.ts';
import type { StepHandle, StepLike } from './handles.ts';
import type { LiteralName } from './names.ts';
import type { Outcome } from './outcome.ts';
import type { ScopeRef } from './refs.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { FlowResult } from './run.ts';
import type { StepContext } from './step-context.ts';
import type { MembersOf, ResultsOf, Timing } from './timing.ts';

/**
 * Where steps are registered: a process, or the body of a composite step. Timings stay inside one scope; results and keys of the steps
 * that a composite step waits for can be read in its body.
 *
 * A body is called once, when the step is defined, and returns the step whose value becomes that of the whole. What is set under keys
 * inside stays inside. A composite step ends as a process does; if a step of it fails, it fails with the error of the first one.
 */
export interface Scope<Input = unknown> {
  /**
   * Registers a step that starts when all its timings allow it; without timings, at once.
   *
   * @param fn - the work; `s.results` is typed by the timings
   * @param name - unique in the scope
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
  /**
   * Registers a step that waits until every step that nobody waits for at this moment went well; steps registered later do not
   * count. `optional` waits for nothing; the losers of an `anyOf` are waited for by its step and not by this one.
   */
  syncAll<const Name extends string, Value>(fn: (s: StepContext<Input>) => Value, name: LiteralName<Name>): StepHandle<Name, Awaited<Value>, Input>;
  /**
   * Registers a step that runs after every other step of the scope has its outcome, whatever it is, also after a stop or
   * a timeout. Several of them run side by side unless they are ordered with `after`.
   */
  always<const Name extends string, Value>(fn: (s: StepContext<Input>) => Value, name: LiteralName<Name>): StepHandle<Name, Awaited<Value>, Input>;
  /**
   * Registers a step that is done when a condition holds: it is asked when the step starts, and again after each pause. What it throws
   * fails the step; so does a time that is up, with a `TimeoutError`. Waiting takes no slot of any limit.
   */
  waitFor<const Name extends string, const Timings extends readonly Timing[]>(
    condition: (s: StepContext<Input, ResultsOf<MembersOf<Timings[number]>>>) => Answer,
    name: LiteralName<Name>,
    options?: WaitOptions,
    ...timings: Timings
  ): StepHandle<Name, undefined, Input>;
  /**
   * Registers a step that is done when somebody has sent the signal of its name with `run.sendSignal`, before or after it started. Its
   * value is the payload. Each signal ends one wait.
   */
  waitForSignal<const Name extends string, Payload = unknown>(name: LiteralName<Name>, options?: SignalOptions<Payload>): StepHandle<Name, Payload, Input>;
  /** Registers a step that is done when a time has passed since it started: of any length, downtime included. */
  sleep<const Name extends string>(
    duration: Duration | ((s: StepContext<Input>) => Duration),
    name: LiteralName<Name>,
  ): StepHandle<Name, undefined, Input>;
  /** Registers a step that is done at a moment: a date, or milliseconds since the epoch. */
  sleepUntil<const Name extends string>(
    time: Date | number | ((s: StepContext<Input>) => Date | number),
    name: LiteralName<Name>,
  ): StepHandle<Name, undefined, Input>;
  /** Registers a body as one step. */
  group<const Name extends string, Made extends BodyResult>(
    body: (scope: Scope<Input>) => Made,
    name: LiteralName<Name>,
  ): StepHandle<Name, ValueOfBody<Made>, Input>;
  /** Registers a body that runs if a condition holds. Else the value is `undefined`, and the steps of the body are skipped. */
  case<const Name extends string, Made extends BodyResult>(
    condition: (s: StepContext<Input>) => Answer,
    name: LiteralName<Name>,
    body: (scope: Scope<Input>) => Made,
  ): StepHandle<Name, ValueOfBody<Made> | undefined, Input>;
  /** Registers two bodies of which one runs. */
  case<const Name extends string, Made extends BodyResult, Other extends BodyResult>(
    condition: (s: StepContext<Input>) => Answer,
    name: LiteralName<Name>,
    body: (scope: Scope<Input>) => Made,
    otherwise: (scope: Scope<Input>) => Other,
  ): StepHandle<Name, ValueOfBody<Made> | ValueOfBody<Other>, Input>;
  /**
   * Registers a body that runs again and again until a condition holds, which is asked after each time with the value of the body and how
   * often it ran. The value is that of the last time.
   */
  loopUntil<const Name extends string, Made extends BodyResult>(
    body: (scope: Scope<Input>) => Made,
    name: LiteralName<Name>,
    until: (s: StepContext<Input>, value: ValueOfBody<Made>, iteration: number) => Answer,
    options?: LoopOptions,
  ): StepHandle<Name, ValueOfBody<Made>, Input>;
  /**
   * Registers a body that runs again as a whole when it fails, as a policy or a handler says. What a handler throws takes the place of the
   * error. The value is that of the last time.
   */
  retry<const Name extends string, Made extends BodyResult>(
    body: (scope: Scope<Input>) => Made,
    name: LiteralName<Name>,
    policy: RetryPolicy | RetryHandler<Input>,
  ): StepHandle<Name, ValueOfBody<Made>, Input>;
  /**
   * Registers a body that runs once for each item. The items are an array, an iterable, an async iterable (of which no more is taken than
   * can be worked on), or the value of a step, which the new one then waits for. The value is a list in the order of the items.
   */
  forEach<const Name extends string, Item, Made extends BodyResult, const Mode extends 'collect' | 'fail-fast' = 'fail-fast'>(
    items: Items<Item, Input>,
    name: LiteralName<Name>,
    body: (each: EachScope<Input, Item>) => Made,
    options?: ForEachOptions<Item, Mode>,
  ): StepHandle<Name, readonly (Mode extends 'collect' ? Outcome<ValueOfBody<Made>> : ValueOfBody<Made>)[], Input>;
  /**
   * Registers a run of another flow of the same registry as one step. Its value is the result of that run, which has no id of its own and
   * ends with the run that it belongs to; if it does not succeed, the step fails with its `RunError`.
   *
   * @param mapInput - makes the input of the other flow
   */
  call<const Name extends string, Given>(
    flow: Callable<Given>,
    name: LiteralName<Name>,
    mapInput: (s: StepContext<Input>) => Given | PromiseLike<Given>,
  ): StepHandle<Name, FlowResult, Input>;
}

/** The body of a `forEach`. */
export interface EachScope<Input, Item> extends Scope<Input> {
  /** The item, for `s.result`. */
  readonly item: ScopeRef<'item', Item>;
  /** Its position, from 0, for `s.result`. */
  readonly index: ScopeRef<'index', number>;
}

/** What `forEach` goes through. */
export type Items<Item, Input> =
  | readonly Item[]
  | StepHandle<string, Iterable<Item>, Input>
  | ((s: StepContext<Input>, from: number) => Iterable<Item> | AsyncIterable<Item> | PromiseLike<Iterable<Item> | AsyncIterable<Item>>);
