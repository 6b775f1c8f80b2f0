import { FlowError, InvalidOptionError } from '../errors.ts';
import { type CallbackKind, CallbackList } from './callback-list.ts';
import { type Comparison, type Condition, comparisonOf, predicateOf, type SkipOptions } from './condition.ts';
import { inspectedAs } from './inspected.ts';
import { checkedKey } from './key.ts';
import { checkedName } from './names.ts';
import { checkOptionNames, type OptionNames } from './option-names.ts';
import type { AnyStepFunction, Ref } from './refs.ts';
import { type RetryPolicy, retryOf } from './retry-policy.ts';
import { checkedText, shown } from './shown.ts';
import type { StepSpec } from './spec.ts';
import type { Timing } from './timing.ts';
import { type Duration, timeoutMs } from './duration.ts';

const skipOptions: OptionNames<SkipOptions> = { except: true };

/** What stands behind {@link StepHandle}. `spec` is for the graph alone. */
export class Handle {
  readonly spec: StepSpec;

  constructor(spec: StepSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  after(...timings: readonly Timing[]): this {
    this.spec.process.flow.assertOpen();
    this.spec.addTimings(timings);
    return this;
  }

  next(fn: AnyStepFunction, name: string): Handle {
    return this.#beside('next', fn, name, [this as unknown as Timing]);
  }

  same(fn: AnyStepFunction, name: string): Handle {
    const made = this.#beside('same', fn, name, [...this.spec.timings]);
    made.spec.likeSyncAll = this.spec.likeSyncAll ?? (this.spec.kind === 'sync-all' ? this.spec : made.spec.likeSyncAll);
    return made;
  }

  restrict(key: unknown, from: unknown): this {
    this.spec.process.flow.assertOpen();
    (this.spec.restrictions ??= new Map()).set(checkedKey(key, `step '${this.spec.path}' restricts`), from);
    return this;
  }

  eq(key: unknown, expected: unknown): this {
    return this.#compare('eq', key, expected);
  }

  neq(key: unknown, expected: unknown): this {
    return this.#compare('neq', key, expected);
  }

  gt(key: unknown, expected: unknown): this {
    return this.#compare('gt', key, expected);
  }

  gte(key: unknown, expected: unknown): this {
    return this.#compare('gte', key, expected);
  }

  lt(key: unknown, expected: unknown): this {
    return this.#compare('lt', key, expected);
  }

  lte(key: unknown, expected: unknown): this {
    return this.#compare('lte', key, expected);
  }

  when(predicate: unknown): this {
    return this.#condition(predicateOf(predicate, this.spec.path));
  }

  or(): this {
    this.spec.process.flow.assertOpen();
    (this.spec.conditions ??= [[]]).push([]);
    return this;
  }

  skipWithDependents(options: SkipOptions = {}): this {
    this.spec.process.flow.assertOpen();
    this.spec.cascade = [...(this.spec.cascade ?? []), ...exceptionsOf(options, this.spec.path)];
    return this;
  }

  stepRetry(retry: RetryPolicy): this {
    this.spec.process.flow.assertOpen();
    if (this.spec.composite !== undefined) {
      throw new InvalidOptionError('invalid-option', `step '${this.spec.path}' is more than a function, and is not tried again as one; put it into the body of retry()`);
    }
    this.spec.retry = retryOf(retry, `the retry of step '${this.spec.path}'`);
    return this;
  }

  stepTimeout(timeout: Duration): this {
    this.spec.process.flow.assertOpen();
    this.spec.timeoutMs = timeoutMs(timeout, `the timeout of step '${this.spec.path}'`);
    return this;
  }

  tag(...tags: readonly string[]): this {
    this.spec.process.flow.assertOpen();
    this.spec.tags = [...this.spec.tags, ...tags.map((tag) => checkedText(tag, `a tag of step '${this.spec.path}'`))];
    return this;
  }

  describe(text: string): this {
    this.spec.process.flow.assertOpen();
    this.spec.description = checkedText(text, `the description of step '${this.spec.path}'`);
    return this;
  }

  beforeStep(fn: unknown, options?: unknown): this {
    return this.#call('beforeStep', fn, options);
  }

  afterStep(fn: unknown, options?: unknown): this {
    return this.#call('afterStep', fn, options);
  }

  /** The definition behind a handle has cycles. */
  toJSON(): string {
    return this.spec.path;
  }

  #call(kind: CallbackKind, fn: unknown, options: unknown): this {
    this.spec.process.flow.assertOpen();
    (this.spec.callbacks ??= new CallbackList()).add(kind, fn, options, `step '${this.spec.path}'`);
    return this;
  }

  #compare(comparison: Comparison, key: unknown, expected: unknown): this {
    return this.#condition(comparisonOf(comparison, key, expected, this.spec.path));
  }

  #condition(condition: Condition): this {
    this.spec.process.flow.assertOpen();
    (this.spec.conditions ??= [[]]).at(-1)?.push(condition);
    return this;
  }

  #beside(call: 'next' | 'same', fn: AnyStepFunction, name: string, timings: readonly Timing[]): Handle {
    const { process } = this.spec;
    return new Handle(process.addStep(checkedName('step', name, `${call}(fn, name)`), checkedFunction(fn, name), 'step', timings));
  }
}

inspectedAs(Handle, ({ spec }) => `step '${spec.path}'`);

/** The refs are checked by `compile`, which knows the steps. */
function exceptionsOf(options: SkipOptions | null, path: string): readonly Ref[] {
  const given = typeof options === 'object' && options !== null && !Array.isArray(options) ? options : undefined;
  if (given !== undefined) checkOptionNames(given, skipOptions, `skipWithDependents of step '${path}'`);
  const except: unknown = given && (given.except ?? []);
  if (Array.isArray(except)) return except as readonly Ref[];
  throw new InvalidOptionError('invalid-option', `the exceptions of step '${path}' are ${shown(except ?? options)}; give { except: [refs] }, or leave them out`);
}

/** Refuses what is not a function. */
export function checkedFunction(fn: unknown, name: string): AnyStepFunction {
  if (typeof fn !== 'function') {
    throw new FlowError('not-a-function', `the work of step '${name}' is ${fn === null ? 'null' : `of type ${typeof fn}`}; give a function (s) => value`);
  }
  return fn as AnyStepFunction; // what it takes is checked by the compiler where it was given
}
