import type { Clock, Flow, FlowResult, Process, Run } from 'millrace';
import type { DurableFlows, DurableOptions } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';

/** One registry of several that follow one another on the same store, as after restarts. */
export interface Life {
  readonly flows: DurableFlows;
  readonly flow: Flow<Record<string, unknown>>;
  readonly p: Process<Record<string, unknown>>;
  /** Which registry it is, from 1. */
  readonly number: number;
  /** A function that writes its word down, and throws in the lives given. */
  readonly note: (word: string, ...failsIn: readonly number[]) => () => void;
  readonly calls: string[];
}

/** A life at work. */
export interface Living extends Life {
  readonly run: Run;
}

/** How one life ended. */
export interface Lived extends Living {
  readonly result: FlowResult;
}

export interface LivesOptions extends Omit<Partial<DurableOptions>, 'clock'> {
  readonly input?: Record<string, unknown>;
  /** How many lives there were before. Default: 0 */
  readonly before?: number;
  /** The clock of each life. The time of one that has died stands still. */
  readonly clock?: (life: number) => Clock;
}

export interface Lives {
  readonly store: Store;
  /** Runs in the first life; in each later one the run goes on. */
  readonly next: (meanwhile?: (run: Run) => unknown) => Promise<Lived>;
  /** The same without waiting for the end: a life that is left dies. */
  readonly begin: (meanwhile?: (run: Run) => unknown) => Promise<Living>;
  /** A new registry, and nothing more. */
  readonly registry: () => Life;
}

export const runId = 'r';

/** Runs of one flow `f` with a process `p` that are interrupted, and go on in other registries. */
export function lives(define: (life: Life) => void, options: LivesOptions = {}): Lives {
  const { input = {}, clock, before = 0, ...given } = options;
  const store = given.store ?? memoryStore();
  let number = before;
  const registry = (): Life => {
    number++;
    const own = number;
    const calls: string[] = [];
    const flows = createFlows({ ...given, store, owner: `owner ${own}`, ...(clock && { clock: clock(own) }) });
    const flow = flows.registerFlow<Record<string, unknown>>('f');
    const note = (word: string, ...failsIn: readonly number[]) => (): void => {
      calls.push(word);
      if (failsIn.includes(own)) throw new Error(`broken: ${word}`);
    };
    const life = { flows, flow, p: flow.process('p'), number: own, note, calls };
    define(life);
    return life;
  };
  const begin: Lives['begin'] = async (meanwhile) => {
    const life = registry();
    const run = life.number === 1 ? life.flow.start(input, { runId }) : await life.flows.resume(runId);
    meanwhile?.(run);
    return { ...life, run };
  };
  const next: Lives['next'] = async (meanwhile) => {
    const living = await begin(meanwhile);
    return { ...living, result: await living.run.done };
  };
  return { store, next, begin, registry };
}

/** What each life called, until one succeeds. */
export async function untilSuccess({ next }: Lives): Promise<readonly (readonly string[])[]> {
  const calls: (readonly string[])[] = [];
  for (;;) {
    const lived = await next();
    calls.push(lived.calls);
    if (lived.result.status === 'succeeded') return calls;
    if (calls.length > 50) throw new Error(`no end: ${JSON.stringify(calls)}`);
  }
}
