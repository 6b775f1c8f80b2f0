import type { InternalError, InternalErrorStage } from '../define/events.ts';
import type { InternalErrorHandler, InternalErrorOptions } from '../define/internal-errors.ts';
import { nearest } from '../define/nearest.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { Sink } from './sink.ts';

const defaultCapacity = 64;
const optionNames: OptionNames<InternalErrorOptions> = { stages: true, capacity: true, concurrency: true, discard: true };
const stageNames: Readonly<Record<InternalErrorStage, true>> = {
  callback: true,
  condition: true,
  'late-step': true,
  listener: true,
  persist: true,
  predicate: true,
  recover: true,
  resource: true,
  signal: true,
};

/** The handlers of the internal errors of one registry. */
export class Sinks {
  readonly #logger: Logger;
  readonly #sinks = new Set<Sink>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether anyone takes events of a stage, so that none need be made otherwise. */
  hear(stage: InternalErrorStage): boolean {
    for (const sink of this.#sinks) if (sink.takes(stage)) return true;
    return false;
  }

  send(event: InternalError): void {
    for (const sink of this.#sinks) if (sink.takes(event.stage)) sink.send(event);
  }

  add(handler: InternalErrorHandler, options: InternalErrorOptions): Sink {
    const handle = checkedHandler(handler, 'the handler of internal errors');
    if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
      throw new InvalidOptionError('invalid-option', `the options of a handler of internal errors are ${shown(options)}; give an object, or leave them out`);
    }
    checkOptionNames(options, optionNames, 'a handler of internal errors');
    const { stages, capacity, concurrency, discard } = options;
    const sink: Sink = new Sink(handle, this.#logger, {
      stages: stages === undefined ? undefined : checkedStages(stages),
      capacity: checkedCount(capacity ?? defaultCapacity, 'capacity', defaultCapacity),
      concurrency: checkedCount(concurrency ?? 1, 'concurrency', 1),
      discard: discard === undefined ? undefined : checkedHandler(discard, "the option 'discard' of a handler of internal errors"),
      closed: () => this.#sinks.delete(sink),
    });
    this.#sinks.add(sink);
    return sink;
  }
}

function checkedHandler(handler: unknown, what: string): InternalErrorHandler {
  if (typeof handler === 'function') return handler as InternalErrorHandler; // what it takes is checked by the compiler where it was given
  throw new InvalidOptionError('not-a-function', `${what} is ${shown(handler)}; give a function (event) => …`);
}

function checkedCount(count: number, option: string, usual: number): number {
  if (Number.isInteger(count) && count >= 1) return count;
  const what = `the ${option} of a handler of internal errors`;
  throw new InvalidOptionError('invalid-limit', `${what} is ${shown(count)}; give a whole number from 1, or leave it out for ${usual}`);
}

function checkedStages(stages: readonly InternalErrorStage[]): ReadonlySet<InternalErrorStage> {
  const known = Object.keys(stageNames);
  if (!Array.isArray(stages) || stages.length === 0) {
    throw new InvalidOptionError('invalid-option', `the stages of a handler of internal errors are ${shown(stages)}${Array.isArray(stages) ? ' without any' : ''}; give a list of ${known.join(', ')}, or leave them out for all`);
  }
  for (const stage of stages as readonly unknown[]) {
    if (typeof stage === 'string' && known.includes(stage)) continue;
    const near = typeof stage === 'string' ? nearest(stage, known) : undefined;
    throw new InvalidOptionError('invalid-option', `there is no stage ${shown(stage)} of internal errors; ${near === undefined ? `give one of ${known.join(', ')}` : `did you mean '${near}'?`}`);
  }
  return new Set(stages);
}
