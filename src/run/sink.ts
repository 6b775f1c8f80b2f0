import type { InternalError, InternalErrorStage } from '../define/events.ts';
import type { InternalErrorHandler, InternalErrorSink } from '../define/internal-errors.ts';
import type { Logger } from '../logger.ts';
import { logProblem } from './problem-log.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

/** `queueMicrotask` of Node makes an async resource for each call. */
const nextMicrotask = Promise.resolve();

/** The checked options of a handler. */
interface SinkSettings {
  readonly stages: ReadonlySet<InternalErrorStage> | undefined;
  readonly capacity: number;
  readonly concurrency: number;
  readonly discard: InternalErrorHandler | undefined;
  /** Is told that nothing more is taken. */
  readonly closed: () => void;
}

/** One handler of internal errors and its queue. All it calls runs in microtasks of its own, outside of every run (law K8). */
export class Sink implements InternalErrorSink {
  readonly #handler: InternalErrorHandler;
  readonly #logger: Logger;
  readonly #settings: SinkSettings;
  readonly #queue: InternalError[] = [];
  /** Events without room, until the next microtask. */
  #overflow: InternalError[] = [];
  #active = 0;
  #isWoken = false;
  #handled = 0;
  #discarded = 0;
  #waiting: (() => void)[] = [];

  constructor(handler: InternalErrorHandler, logger: Logger, settings: SinkSettings) {
    this.#handler = handler;
    this.#logger = logger;
    this.#settings = settings;
  }

  get handled(): number {
    return this.#handled;
  }

  get discarded(): number {
    return this.#discarded;
  }

  takes(stage: InternalErrorStage): boolean {
    return this.#settings.stages?.has(stage) !== false;
  }

  /** Whoever is free will take the next event in the same microtask, so a free handler counts as room. */
  send(event: InternalError): void {
    const { capacity, concurrency } = this.#settings;
    if (this.#queue.length + this.#active < capacity + concurrency) {
      this.#queue.push(event);
    } else {
      this.#discarded++;
      this.#overflow.push(event);
    }
    if (this.#isWoken) return;
    this.#isWoken = true;
    void nextMicrotask.then(() => {
      this.#isWoken = false;
      this.#work();
    });
  }

  idle(): Promise<void> {
    return this.#isIdle ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#settings.closed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.idle();
  }

  get #isIdle(): boolean {
    return this.#queue.length === 0 && this.#overflow.length === 0 && this.#active === 0;
  }

  #work(): void {
    const lost = this.#overflow;
    this.#overflow = [];
    for (const event of lost) this.#discard(event);
    while (this.#active < this.#settings.concurrency) {
      const event = this.#queue.shift();
      if (event === undefined) break;
      this.#handle(event);
    }
    if (!this.#isIdle) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #handle(event: InternalError): void {
    this.#active++;
    const promise = this.#call(this.#handler, event);
    if (promise === undefined) {
      this.#ended();
      return;
    }
    void promise.then(() => {
      this.#ended();
      this.#work();
    });
  }

  #ended(): void {
    this.#active--;
    this.#handled++;
  }

  #discard(event: InternalError): void {
    const { discard } = this.#settings;
    if (discard !== undefined) {
      void this.#call(discard, event);
      return;
    }
    const { type: _type, flow: _flow, at: _at, ...problem } = event;
    logProblem(this.#logger, problem);
  }

  /** Calls a handler, whose errors go to the logger. Returns its end if it is not over yet. */
  #call(handler: InternalErrorHandler, event: InternalError): Promise<void> | undefined {
    const failed = (thrown: unknown): void => logProblem(this.#logger, { error: errorOf(thrown), event });
    try {
      const returned = handler(event);
      return isThenable(returned) ? Promise.resolve(returned).then(() => undefined, failed) : undefined;
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }
}
