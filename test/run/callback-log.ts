import type { CallbackResult, FlowsOptions } from 'millrace';
import type { HandStep } from 'millrace/testing';
import { bench, throwing, type Bench } from './bench.ts';

/** A callback of any kind that writes a word into a log, and then returns or throws what it is told to. */
export type Note = (word: string, ends?: unknown) => () => CallbackResult;

/** A bench and a log. */
export interface LogBench extends Bench {
  readonly log: string[];
  readonly note: Note;
  /** The same, but it ends in a later microtask. */
  readonly later: (word: string, ends?: unknown) => () => Promise<CallbackResult>;
}

export function logBench(options: FlowsOptions = {}): LogBench {
  const log: string[] = [];
  const note: Note = (word, ends) => () => {
    log.push(word);
    if (ends === 'break') return 'break';
    if (ends !== undefined) throwing(ends)();
    return undefined;
  };
  return {
    ...bench(options),
    log,
    note,
    later: (word, ends) => async () => {
      await Promise.resolve();
      return note(word, ends)();
    },
  };
}

export const kinds = ['beforeFlow', 'beforeProcess', 'beforeStep', 'afterStep', 'afterProcess', 'afterFlow'] as const;

export const must = { must: true } as const;

/** A callback that is driven by hand: it ends when the test settles the call. */
export function by(hand: HandStep): () => Promise<void> {
  return async () => {
    await hand.run(undefined as never); // the call is settled and never asked about its context
  };
}
