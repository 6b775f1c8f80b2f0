import type { WorkedOutcome } from '../../define/callbacks.ts';
import type { Retry as Policy } from '../../define/retry-policy.ts';
import type { BodySpec, CompositeSpec } from '../../define/spec.ts';
import { LoopLimitError, RetryAfterError } from '../../errors.ts';
import { askedDelayMs } from '../backoff.ts';
import type { Context } from '../context.ts';
import type { PastWork } from '../restored.ts';
import { errorOf } from '../thrown.ts';
import type { WorkHost } from '../work-host.ts';
import { yesOrNo } from './answers.ts';
import { CompositeWork } from './composite-work.ts';

/** A body that runs more than once, one time after the other. */
abstract class RepeatedWork extends CompositeWork {
  readonly #body: BodySpec;
  /** The number of the run that is at work or comes next. */
  protected index = 1;
  /** The number of the run with which counting began: the first one, or that of the last recovery. */
  protected first = 1;

  constructor(host: WorkHost, node: number, s: Context, body: BodySpec) {
    super(host, node, s);
    this.#body = body;
  }

  protected start(past: PastWork | undefined): void {
    this.index = past?.index ?? 1;
    this.first = past?.first ?? 1;
    if (past?.at === undefined || past.at <= this.host.alarm.now()) this.rested();
    else this.rest(past.at);
  }

  protected override rested(): void {
    const suffix = `#${this.index}`;
    this.run({ plan: this.host.plan.ofBody(this.#body), body: this.#body, suffix, keySuffix: this.keySuffix, turn: this.index });
  }

  protected override get turn(): number {
    return Math.max(this.host.turn, this.index);
  }

  /** What the number of the run adds to idempotency keys. */
  protected abstract get keySuffix(): string;

  /** Runs the body once more. */
  protected again(delayMs: number, error?: Error): void {
    const at = this.host.alarm.now() + delayMs;
    this.index++;
    this.host.journal?.again(this.node, this.index, Math.floor(at), error);
    if (delayMs === 0) this.rested();
    else this.rest(at);
  }
}

type Loop = Extract<CompositeSpec, { readonly kind: 'loop' }>;

/** A body that runs until a condition holds. */
export class LoopWork extends RepeatedWork {
  readonly #spec: Loop;

  constructor(host: WorkHost, node: number, s: Context, spec: Loop) {
    super(host, node, s, spec.body);
    this.#spec = spec;
  }

  protected get keySuffix(): string {
    return `#${this.index}`;
  }

  protected override closed(end: WorkedOutcome): void {
    if (end.status !== 'succeeded') this.end(end);
    else if (this.latch === undefined) this.ask(this.#spec.until, [end.value, this.index], (answer) => this.#decide(answer, end));
  }

  #decide(answer: unknown, last: WorkedOutcome): void {
    const { max, everyMs } = this.#spec;
    const path = this.host.kernel.pathAt(this.node);
    try {
      if (yesOrNo(answer, path)) this.end(last);
      else if (this.index - this.first + 1 >= max) this.end({ status: 'failed', error: new LoopLimitError(path, max) });
      else this.again(everyMs);
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }
}

type Retry = Extract<CompositeSpec, { readonly kind: 'retry' }>;

/** A body that runs again when it has failed. */
export class RetryWork extends RepeatedWork {
  readonly #spec: Retry;
  #since = 0;

  constructor(host: WorkHost, node: number, s: Context, spec: Retry) {
    super(host, node, s, spec.body);
    this.#spec = spec;
  }

  protected override start(past: PastWork | undefined): void {
    this.#since = this.since(past);
    super.start(past);
  }

  /** What is tried again is the same thing for others. */
  protected get keySuffix(): string {
    return '';
  }

  protected override closed(end: WorkedOutcome): void {
    if (end.status !== 'failed') this.end(end);
    else if (this.latch === undefined) this.#consider(end);
    else this.end(end);
  }

  #consider(end: Extract<WorkedOutcome, { readonly status: 'failed' }>): void {
    const { policy } = this.#spec;
    const attempt = this.index - this.first + 1;
    if (typeof policy !== 'function') {
      this.#decide(end, policy, attempt);
      return;
    }
    const path = this.host.kernel.pathAt(this.node);
    this.askAlong(policy, [end.error, attempt], (answer) => {
      try {
        if (yesOrNo(answer, path)) this.again(end.error instanceof RetryAfterError ? end.error.delayMs : 0, end.error);
        else this.end(end);
      } catch (error) {
        this.end({ status: 'failed', error: errorOf(error) });
      }
    });
  }

  #decide(end: Extract<WorkedOutcome, { readonly status: 'failed' }>, policy: Policy, attempt: number): void {
    const { host } = this;
    const wrong = (thrown: unknown): void => host.problem('predicate', thrown, host.kernel.pathAt(this.node));
    const failed = { error: end.error, attempt, lost: 0, elapsedMs: host.alarm.now() - this.#since };
    const delayMs = askedDelayMs(policy, failed, host.around.random, wrong);
    if (delayMs === undefined) this.end(end);
    else this.again(delayMs, end.error);
  }
}
