import type { Key } from './key.ts';
import type { Logger } from '../logger.ts';
import type { Outcome } from './outcome.ts';
import type { contributes, Member, Ref, ScopeRef, TypedRef, ValueOf } from './refs.ts';
import type { ResourceContext } from './resource-context.ts';

/**
 * What a step function gets. `Results` holds the results whose names the compiler knows: handles, tokens and literal
 * strings among the step's timings. Call its methods on it, `s.result(a)`: taken out of it they have no step.
 */
export interface StepContext<Input = unknown, Results = object> extends ResourceContext {
  /** The flow's input, as its schema gave it. It is the caller's object; the library never changes it. */
  readonly input: Input;
  /**
   * The results of the steps that this one waits for, by name. One that is missing is `undefined` under `settled`, `anyOf` and
   * `optional`; else reading it throws a `MissingResultError`. Names that are not among the timings are `undefined`.
   */
  readonly results: Results;
  /** The step's name. */
  readonly name: string;
  /** The step's path: `process/step`. */
  readonly path: string;
  /** The name of the step's process. */
  readonly process: string;
  /** The name of the flow. */
  readonly flow: string;
  /** The id of the run. */
  readonly runId: string;
  /**
   * The names of the steps that this step's own timings name, through groups and derived timings, in the order of the timings. What an
   * `always` step waits for besides is not among them.
   */
  readonly dependencies: readonly string[];
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /**
   * Whether this step goes on after an interruption: it was at work when its process died, or it failed or was stopped and the
   * run was recovered. What it does outside may have been done before; see `idempotencyKey`.
   */
  readonly recovering: boolean;
  /**
   * A key for calls to systems that accept one: run id and path, the same for every attempt of this step, also after a crash.
   */
  readonly idempotencyKey: string;
  /**
   * Aborts when the step's time is up or the run is stopped with `mode: 'abort'`; the reason says which. It is made when
   * it is first read.
   */
  readonly signal: AbortSignal;
  /** The logger of the registry. */
  readonly logger: Logger;
  /**
   * Returns the item that a body runs for, or its position.
   *
   * @param ref - `each.item` or `each.index` of a `forEach` that this step is in
   * @throws NotVisibleError - the step is not in the body of that `forEach`
   */
  result<Value>(ref: ScopeRef<string, Value>): Value;
  /**
   * Returns the result of a step that this one waits for, directly or through others.
   *
   * @param ref - a name, handle or token among the timings
   * @throws MissingResultError - the step did not succeed; the message carries the chain of causes. Under `settled`, `anyOf` and
   * `optional` the answer is `undefined` instead.
   */
  result<Name extends keyof Results & string>(ref: Name | { readonly name: Name; readonly [contributes]: Member<Name> }): Results[Name];
  /**
   * Returns the result of an ancestor.
   *
   * @param ref - a handle, a token or a function
   * @throws MissingResultError - the step did not succeed; the message carries the chain of causes
   * @throws NotVisibleError - the step is not an ancestor of this one, or had not ended when this one started
   */
  result<Target extends TypedRef>(ref: Target): ValueOf<Target>;
  /**
   * Returns how an ancestor ended.
   *
   * @throws NotVisibleError - the step is not an ancestor of this one, or had not ended when this one started
   */
  outcome<Target extends Ref>(ref: Target): Outcome<ValueOf<Target>>;
  /**
   * Returns the value that this step or the nearest ancestor set under a key; of ancestors that do not wait for one
   * another the later declared one wins. A plain string falls back to the property of that name of the input.
   *
   * @throws AmbiguousKeyError - in a strict run, when ancestors side by side set the key
   */
  get<Value = unknown>(key: Key<Value> | string): Value | undefined;
  /**
   * Returns what one ancestor itself set under a key, or `undefined`.
   *
   * @throws NotVisibleError - the step is not an ancestor of this one, or had not ended when this one started
   */
  getByStep<Value = unknown>(ref: Ref, key: Key<Value> | string): Value | undefined;
  /**
   * Returns the values that stand side by side under a key, by the paths of the steps that set them, in declaration order: a value is
   * covered by that of a later step. When this step has set the key, its own value alone. The input does not count.
   */
  endValues<Value = unknown>(key: Key<Value> | string): ReadonlyMap<string, Value>;
  /**
   * Sets a value for this step and, once this step has ended, for the steps that come after it.
   *
   * @throws FlowError - `step-ended`: this attempt is no longer at work
   */
  set<Value>(key: Key<Value> | string, value: Value): void;
}
