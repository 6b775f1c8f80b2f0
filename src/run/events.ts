import { EventEmitter } from 'eventemitter3';
import type { RunEvent, RunEventName, RunEventOf } from '../define/events.ts';
import { errorOf } from './thrown.ts';

/** The listeners of one run. A listener can never change a run (law K8): what it throws is handed to `onError`. */
export class RunEvents {
  readonly #emitter = new EventEmitter();
  /** Listeners to every event, and listeners to one: counting them is cheaper than asking the emitter for each event. */
  #forAll = 0;
  #forOne = 0;
  readonly #onError: (error: Error, during: RunEvent) => void;

  constructor(onError: (error: Error, during: RunEvent) => void) {
    this.#onError = onError;
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    const guarded = (event: RunEventOf<Name>): void => {
      try {
        const returned: unknown = listener(event);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#onError(errorOf(error), event));
      } catch (error) {
        this.#onError(errorOf(error), event);
      }
    };
    this.#emitter.on(name, guarded);
    this.#count(name, 1);
    let listening = true;
    return () => {
      if (!listening) return;
      listening = false;
      this.#emitter.off(name, guarded);
      this.#count(name, -1);
    };
  }

  /** Whether anyone would hear of an event, so that it need not be made otherwise. */
  hears(name: RunEventName): boolean {
    return this.#forAll > 0 || (this.#forOne > 0 && this.#emitter.listenerCount(name) > 0);
  }

  emit(event: RunEvent): void {
    if (this.#forOne > 0) this.#emitter.emit(event.type, event);
    if (this.#forAll > 0) this.#emitter.emit('*', event);
  }

  #count(name: RunEventName | '*', by: 1 | -1): void {
    if (name === '*') this.#forAll += by;
    else this.#forOne += by;
  }
}

/** Returns the events of a run from now on as an iterator that ends with the run; leaving it early stops listening. */
export function eventStream(listen: (listener: (event: RunEvent) => void) => () => void): AsyncIterableIterator<RunEvent> {
  const waiting: ((result: IteratorResult<RunEvent>) => void)[] = [];
  const buffer: RunEvent[] = [];
  let ended = false;
  const end = (): void => {
    ended = true;
    undo();
    for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
  };
  const undo = listen((event) => {
    const resolve = waiting.shift();
    if (resolve === undefined) buffer.push(event);
    else resolve({ done: false, value: event });
    if (event.type === 'run-ended') end();
  });
  return {
    next: () => {
      const event = buffer.shift();
      if (event !== undefined) return Promise.resolve({ done: false, value: event });
      if (ended) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => waiting.push(resolve));
    },
    return: () => {
      buffer.length = 0;
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
