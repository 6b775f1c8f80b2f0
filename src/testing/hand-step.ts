import { checkedName, type LiteralName } from '../define/names.ts';
import type { StepToken } from '../define/handles.ts';
import type { contributes } from '../define/refs.ts';
import type { FlowResult } from '../define/run.ts';
import type { StepContext } from '../define/step-context.ts';
import { Token } from '../define/token.ts';
import { HandDrivenCall, type HandCall } from './hand-call.ts';
import { HandStepError } from './hand-step-error.ts';

/**
 * A step that does nothing on its own: each call of it waits until the test settles it. It is a token, so it is registered by
 * `follow` and `parallel` and can be waited for; its `run` is the function, for `customStep`.
 */
export interface HandStep<Value = unknown, Input = unknown, Name extends string = string> extends StepToken<Name, Value, Input> {
  /** The work of the step; its function name is the step's. */
  readonly run: (s: StepContext<Input>) => Promise<Value>;
  /** All calls so far, settled or not, in the order in which they started. */
  readonly calls: readonly HandCall<Value, Input>[];
  /** How many calls have started. */
  readonly count: number;
  /** How many calls have started and are not settled. */
  readonly running: number;
  /**
   * Resolves with the oldest call that no `started` has taken, or with the next one that starts. Several that wait get their
   * calls in the order in which they asked.
   *
   * @param before - the end of the run, `run.done`: a step that never starts then fails the test at once and says why
   * @throws HandStepError - rejects when `before` settles first
   */
  started(before?: PromiseLike<FlowResult>): Promise<HandCall<Value, Input>>;
}

/**
 * Makes a step that is driven by hand. Where the type of its value is given, the name has to be given as a type too if `s.results`
 * of the steps that wait for it shall know it: `handStep<number, unknown, 'build'>('build')`.
 *
 * @param name - the name of the step
 * @defaultValue name `'step'`
 * @throws FlowError - `invalid-name`
 * @example
 * const build = handStep<number>('build');
 * process.follow(build, ship);
 * const run = release.start();
 * const call = await build.started(run.done);
 * call.succeed(1);
 */
export function handStep<Value = unknown, Input = unknown, Name extends string = string>(name?: LiteralName<Name>): HandStep<Value, Input, Name> {
  const log = new CallLog<Value, Input>(checkedName('step', name ?? 'step'));
  const members: Omit<HandStep<Value, Input>, typeof contributes> = {
    name: log.step,
    run: log.run,
    get calls() {
      return log.calls;
    },
    get count() {
      return log.calls.length;
    },
    get running() {
      return log.calls.filter((call) => call.status === 'running').length;
    },
    started: (before) => log.started(before),
  };
  // A definition knows tokens by their class.
  return Object.freeze(Object.create(Token.prototype, Object.getOwnPropertyDescriptors(members))) as HandStep<Value, Input, Name>;
}

class CallLog<Value, Input> {
  readonly step: string;
  readonly run: (s: StepContext<Input>) => Promise<Value>;
  readonly calls: HandDrivenCall<Value, Input>[] = [];
  /** How many of `calls`, from the first, have been handed out by `started`. */
  #taken = 0;
  /** Who waits for a call that has not started; empty while there is one to take. */
  readonly #takers = new Set<(call: HandCall<Value, Input>) => void>();

  constructor(step: string) {
    this.step = step;
    const run = (s: StepContext<Input>): Promise<Value> => this.#call(s);
    this.run = Object.defineProperty(run, 'name', { value: step });
  }

  started(before: PromiseLike<FlowResult> | undefined): Promise<HandCall<Value, Input>> {
    return new Promise((resolve, reject) => {
      this.#takers.add(resolve);
      this.#handOut();
      const giveUp = (why: string, options?: ErrorOptions): void => {
        if (!this.#takers.delete(resolve)) return;
        const what = this.calls.length === 0 ? 'never started' : `did not start again (calls so far: ${this.calls.length})`;
        reject(new HandStepError(this.step, `step '${this.step}' ${what}: ${why}`, options));
      };
      before?.then(
        (result) => giveUp(this.#whyNot(result)),
        (error: unknown) => giveUp(`the run could not start: ${String(error)}`, { cause: error }),
      );
    });
  }

  #call(s: StepContext<Input>): Promise<Value> {
    const call = new HandDrivenCall<Value, Input>(this.step, this.calls.length + 1, s);
    this.calls.push(call);
    this.#handOut();
    return call.settled;
  }

  #handOut(): void {
    const call = this.calls[this.#taken];
    const [taker] = this.#takers;
    if (call === undefined || taker === undefined) return;
    this.#taken += 1;
    this.#takers.delete(taker);
    taker(call);
  }

  #whyNot(result: FlowResult): string {
    const ended = `the run ended ${result.status}`;
    try {
      return `${ended}; ${result.explain(this.run)}`;
    } catch {
      return ended; // the step is not in this flow, or several times
    }
  }
}
