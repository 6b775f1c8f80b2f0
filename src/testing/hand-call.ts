import type { StepContext } from '../define/step-context.ts';
import { HandStepError } from './hand-step-error.ts';

/** The arguments of `succeed`: the value may be left out where `undefined` is one. */
export type SucceedArguments<Value> = undefined extends Value ? readonly [value?: Value] : readonly [value: Value];

/** One call of a step that is driven by hand: one attempt, at work until the test settles it. */
export interface HandCall<Value = unknown, Input = unknown> {
  /** What the step was called with. */
  readonly s: StepContext<Input>;
  /** The number of the attempt in its run, from 1. */
  readonly attempt: number;
  /** The signal of the attempt. An abort does not settle the call: a step may ignore its signal, so the test decides. */
  readonly signal: AbortSignal;
  /** Whether the call is at work, or how the test settled it. */
  readonly status: 'running' | 'succeeded' | 'failed';
  /**
   * Lets the step return a value. What follows from it happens in later microtasks.
   *
   * @throws HandStepError - the call is settled already
   */
  succeed(...value: SucceedArguments<Value>): void;
  /**
   * Lets the step throw.
   *
   * @param error - what it throws, as it is; a run wraps what is not an `Error`
   * @throws HandStepError - the call is settled already
   */
  fail(error: unknown): void;
}

/** What stands behind {@link HandCall}; `settled` is what the step returned. */
export class HandDrivenCall<Value, Input> implements HandCall<Value, Input> {
  readonly s: StepContext<Input>;
  readonly settled: Promise<Value>;
  readonly #step: string;
  readonly #number: number;
  #status: 'running' | 'succeeded' | 'failed' = 'running';
  #resolve!: (value: Value) => void; // a promise calls its executor at once
  #reject!: (error: unknown) => void;

  constructor(step: string, number: number, s: StepContext<Input>) {
    this.s = s;
    this.#step = step;
    this.#number = number;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get attempt(): number {
    return this.s.attempt;
  }

  get signal(): AbortSignal {
    return this.s.signal;
  }

  get status(): 'running' | 'succeeded' | 'failed' {
    return this.#status;
  }

  succeed(...value: SucceedArguments<Value>): void {
    this.#end('succeeded');
    this.#resolve(value[0] as Value); // it may only be missing where `undefined` is a Value
  }

  fail(error: unknown): void {
    this.#end('failed');
    this.#reject(error);
  }

  #end(status: 'succeeded' | 'failed'): void {
    if (this.#status !== 'running') {
      throw new HandStepError(this.#step, `call ${this.#number} of step '${this.#step}' has ${this.#status} already; settle each call once`);
    }
    this.#status = status;
  }
}
