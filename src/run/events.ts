import { EventEmitter } from 'eventemitter3';
import type { RunEvent, RunEventName, RunEventOf } from '../define/events.ts';
import { isThenable } from './thenable.ts';
import { errorOf } from './thrown.ts';

/** Every name that a listener can be given for. */
export const eventNames: readonly (RunEventName | '*')[] = [
  'run-started',
  'step-started',
  'step-retrying',
  'step-ended',
  'run-paused',
  'run-resumed',
  'run-stopping',
  'process-ended',
  'run-ended',
  'internal-error',
  '*',
];

/** Who is told what a listener threw. */
export interface ListenerErrors {
  listenerFailed(error: Error, during: RunEvent): void;
}

type Listener = (event: RunEvent) => void;

/** One listener, as it was given. */
interface Listening {
  readonly name: RunEventName | '*';
  readonly listener: Listener;
  /** What the emitter calls for it, once it is there. */
  guarded: Listener | undefined;
}

/** The listeners of one run. A listener can never change a run (law K8): what it throws is handed to `errors`. */
export class RunEvents {
  /** The first listener, as long as there is no other: most runs have no more, and need no emitter. */
  #only: Listening | undefined = undefined;
  /** All listeners, once there were two. */
  #emitter: EventEmitter | undefined = undefined;
  /** Listeners to every event, and listeners to one: counting them is cheaper than asking the emitter for each event. */
  #forAll = 0;
  #forOne = 0;
  #emitting = false;
  /** Events that listeners caused while others were being told of one. */
  #later: RunEvent[] | undefined = undefined;
  readonly #errors: ListenerErrors;

  constructor(errors: ListenerErrors) {
    this.#errors = errors;
  }

  on<Name extends RunEventName | '*'>(name: Name, listener: (event: RunEventOf<Name>) => void): () => void {
    const listening: Listening = { name, listener: listener as Listener, guarded: undefined }; // gets none but those of its name
    if (this.#emitter === undefined && this.#only === undefined) this.#only = listening;
    else this.#share(listening);
    return () => this.#off(listening);
  }

  #share(listening: Listening): void {
    const emitter = (this.#emitter ??= new EventEmitter());
    if (this.#only !== undefined) this.#add(emitter, this.#only);
    this.#only = undefined;
    this.#add(emitter, listening);
  }

  #add(emitter: EventEmitter, listening: Listening): void {
    const guarded = (event: RunEvent): void => this.#tell(listening.listener, event);
    listening.guarded = guarded;
    emitter.on(listening.name, guarded);
    this.#count(listening.name, 1);
  }

  #off(listening: Listening): void {
    if (this.#only === listening) this.#only = undefined;
    if (listening.guarded === undefined) return;
    this.#emitter?.off(listening.name, listening.guarded);
    this.#count(listening.name, -1);
    listening.guarded = undefined;
  }

  #tell(listener: Listener, event: RunEvent): void {
    try {
      const returned: unknown = listener(event);
      if (isThenable(returned)) this.#mind(returned, event);
    } catch (error) {
      this.#errors.listenerFailed(errorOf(error), event);
    }
  }

  #mind(returned: PromiseLike<unknown>, event: RunEvent): void {
    Promise.resolve(returned).catch((error: unknown) => this.#errors.listenerFailed(errorOf(error), event));
  }

  /** Whether anyone would hear of an event, so that it need not be made otherwise. */
  hears(name: RunEventName): boolean {
    if (this.#only !== undefined) return this.#only.name === '*' || this.#only.name === name;
    return this.#forAll > 0 || (this.#forOne > 0 && (this.#emitter?.listenerCount(name) ?? 0) > 0);
  }

  /** Hands an event to its listeners. What a listener causes waits until all have heard this one, so that all hear the same order. */
  emit(event: RunEvent): void {
    const only = this.#only;
    if (this.#emitting) {
      (this.#later ??= []).push(event);
    } else if (only === undefined || only.name === '*' || only.name === event.type) {
      this.#emitting = true;
      if (only === undefined) this.#emitToAll(event);
      else this.#tell(only.listener, event);
      this.#emitting = false;
      if (this.#later !== undefined) this.#emitLater(this.#later);
    }
  }

  /** @param later - grows while it is told */
  #emitLater(later: readonly RunEvent[]): void {
    this.#emitting = true;
    for (let at = 0; at < later.length; at++) {
      const event = later[at] as RunEvent;
      if (this.#only === undefined) this.#emitToAll(event);
      else if (this.#only.name === '*' || this.#only.name === event.type) this.#tell(this.#only.listener, event);
    }
    this.#later = undefined;
    this.#emitting = false;
  }

  #emitToAll(event: RunEvent): void {
    if (this.#forOne > 0) this.#emitter?.emit(event.type, event);
    if (this.#forAll > 0) this.#emitter?.emit('*', event);
  }

  #count(name: RunEventName | '*', by: 1 | -1): void {
    if (name === '*') this.#forAll += by;
    else this.#forOne += by;
  }
}

/** What a stream of events needs to know of its run. */
export interface Streamed {
  readonly done: Promise<unknown>;
  /** Whether the run has ended or was refused. */
  readonly isOver: boolean;
  readonly isRefused: boolean;
}

/**
 * Returns the events of a run from now on as an iterator that ends with the run; leaving it early stops listening. When the
 * input was refused, it rejects as `done` does.
 */
export function eventStream(listen: (listener: (event: RunEvent) => void) => () => void, run: Streamed): AsyncIterableIterator<RunEvent> {
  const waiting: ((result: IteratorResult<RunEvent> | Promise<never>) => void)[] = [];
  const buffer: RunEvent[] = [];
  const over: IteratorResult<RunEvent> = { done: true, value: undefined };
  let ending: IteratorResult<RunEvent> | Promise<never> | undefined;
  const undo = listen((event) => {
    const resolve = waiting.shift();
    if (resolve === undefined) buffer.push(event);
    else resolve({ done: false, value: event });
    if (event.type === 'run-ended') end(over);
  });
  const end = (how: IteratorResult<RunEvent> | Promise<never>): void => {
    if (ending !== undefined) return;
    ending = how;
    undo();
    for (const resolve of waiting.splice(0)) resolve(how);
  };
  let hooked = false;
  const rejectWithRun = (): void => {
    if (hooked) return;
    hooked = true;
    run.done.catch((error: unknown) => {
      if (ending === undefined) end(Promise.reject(errorOf(error)));
    });
  };
  if (run.isOver && !run.isRefused) end(over);
  return {
    next: () => {
      const event = buffer.shift();
      if (event !== undefined) return Promise.resolve({ done: false, value: event });
      if (ending !== undefined) return Promise.resolve(ending);
      rejectWithRun();
      return new Promise((resolve) => waiting.push(resolve));
    },
    return: () => {
      buffer.length = 0;
      end(over);
      return Promise.resolve(over);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
