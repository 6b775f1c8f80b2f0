import type { CompositeSpec } from '../../define/spec.ts';
import { type Duration, durationMs } from '../../define/duration.ts';
import { momentMs } from '../../define/composite-checks.ts';
import { type FlowError, TimeoutError } from '../../errors.ts';
import type { Context } from '../context.ts';
import type { Address, Message, Waiting } from '../inbox.ts';
import type { PastWork } from '../restored.ts';
import { checkedPayload } from '../signal-payload.ts';
import { errorOf } from '../thrown.ts';
import type { WorkHost } from '../work-host.ts';
import { yesOrNo } from './answers.ts';
import { CompositeWork } from './composite-work.ts';

type WaitFor = Extract<CompositeSpec, { readonly kind: 'waitFor' }>;

/** Asks a condition again and again. */
export class ConditionWork extends CompositeWork {
  readonly #spec: WaitFor;
  #deadline = Infinity;
  /** Set when its time was up while the condition was at work: then no answer counts. */
  #late: TimeoutError | undefined = undefined;
  #asksAt: number | undefined = undefined;

  constructor(host: WorkHost, node: number, s: Context, spec: WaitFor) {
    super(host, node, s);
    this.#spec = spec;
  }

  protected start(past: PastWork | undefined): void {
    if (this.#spec.timeoutMs !== undefined) this.#deadline = this.since(past) + this.#spec.timeoutMs;
    this.#asksAt = past?.until;
    this.#poll();
  }

  protected override get asksAt(): number | undefined {
    return this.#asksAt;
  }

  /** Asks once more. Where the time is up before that, the answer counts all the same. */
  #poll(): void {
    const isLast = this.host.alarm.now() >= this.#deadline;
    const failed = (error: Error): void => this.end({ status: 'failed', error: this.#late ?? error });
    this.ask(this.#spec.condition, [], (answer) => this.#decide(answer), failed);
    if (this.asking === 0) return;
    if (isLast) this.giveUpLater({ status: 'failed', error: this.#timeout() });
    else this.rest(this.#deadline);
  }

  protected override rested(): void {
    if (this.asking === 0) {
      this.#poll();
      return;
    }
    this.#late = this.#timeout();
    this.host.abortWork(this.node, this.#late);
    this.giveUpLater({ status: 'failed', error: this.#late });
  }

  #decide(answer: unknown): void {
    const { host, node } = this;
    try {
      const now = host.alarm.now();
      if (this.#late !== undefined) this.end({ status: 'failed', error: this.#late });
      else if (yesOrNo(answer, host.kernel.pathAt(node))) this.end({ status: 'succeeded', value: undefined });
      else if (now >= this.#deadline) this.end({ status: 'failed', error: this.#timeout() });
      else this.#restUntil(Math.min(now + this.#spec.everyMs, this.#deadline));
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  /** Whoever advances the run by its snapshot has to know that it was asked; others ask when the run goes on. */
  #restUntil(until: number): void {
    const { host, node } = this;
    if (host.whole.gate !== undefined) host.journal?.parked(node, Math.ceil(until));
    this.#asksAt = until;
    this.rest(until);
  }

  #timeout(): TimeoutError {
    return new TimeoutError(`step '${this.host.kernel.pathAt(this.node)}'`, this.#spec.timeoutMs ?? 0);
  }
}

type Sleep = Extract<CompositeSpec, { readonly kind: 'sleep' }>;

/** Rests until a moment. */
export class SleepWork extends CompositeWork {
  readonly #spec: Sleep;

  constructor(host: WorkHost, node: number, s: Context, spec: Sleep) {
    super(host, node, s);
    this.#spec = spec;
  }

  protected start(past: PastWork | undefined): void {
    const { time, isMoment } = this.#spec;
    if (past?.until !== undefined) this.rest(past.until);
    else if (typeof time === 'number') this.rest(isMoment ? time : this.since(past) + time);
    else this.ask(time, [], (given) => this.#rest(given, this.since(past)));
  }

  /** What a function said is recorded, because it may say something else another time. */
  #rest(given: unknown, since: number): void {
    const { host, node } = this;
    const path = host.kernel.pathAt(node);
    try {
      const until = this.#spec.isMoment ? momentMs(given, path) : since + durationMs(given as Duration, `the duration of '${path}'`);
      host.journal?.parked(node, until);
      this.rest(until);
    } catch (error) {
      this.end({ status: 'failed', error: errorOf(error) });
    }
  }

  protected override rested(): void {
    this.end({ status: 'succeeded', value: undefined });
  }
}

type SignalSpec = Extract<CompositeSpec, { readonly kind: 'signal' }>;

/** Waits for a message. */
export class SignalWork extends CompositeWork implements Waiting {
  readonly #spec: SignalSpec;
  readonly address: Address;
  /** Whether a schema that takes its time looks at a payload. */
  #isChecking = false;

  constructor(host: WorkHost, node: number, s: Context, spec: SignalSpec) {
    super(host, node, s);
    this.#spec = spec;
    const { spec: step } = host.step(node);
    this.address = { path: host.kernel.pathAt(node), definition: step.path, name: step.name };
  }

  protected start(past: PastWork | undefined): void {
    if (this.latch !== undefined) return;
    const { timeoutMs } = this.#spec;
    this.rest(timeoutMs === undefined ? Infinity : this.since(past) + timeoutMs);
    if (!this.isOver) this.host.whole.inbox.wait(this);
  }

  /** A payload that does not fit is told of, and taken out: it must not end the wait. */
  receive(message: Message): void {
    const checked = checkedPayload(this.#spec.schema, this.host.kernel.pathAt(this.node), message.payload);
    this.#isChecking = checked instanceof Promise;
    if (checked instanceof Promise) void checked.then((late) => this.#take(message, late)).finally(() => this.host.pump());
    else this.#take(message, checked);
  }

  override get restsUntil(): number | undefined {
    return this.#isChecking ? undefined : super.restsUntil;
  }

  #take(message: Message, checked: { readonly value: unknown } | { readonly error: FlowError }): void {
    const { host, node } = this;
    this.#isChecking = false;
    if (this.isOver) {
      host.whole.inbox.putBack(message);
      return;
    }
    host.journal?.consumed(node, message.id);
    if ('value' in checked) {
      this.end({ status: 'succeeded', value: checked.value });
      return;
    }
    host.problem('signal', checked.error, host.kernel.pathAt(node));
    host.whole.inbox.wait(this);
  }

  protected override rested(): void {
    this.end({ status: 'failed', error: new TimeoutError(`step '${this.host.kernel.pathAt(this.node)}'`, this.#spec.timeoutMs ?? 0) });
  }

  protected override leave(): void {
    this.host.whole.inbox.forget(this);
  }
}
