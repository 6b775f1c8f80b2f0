import type { Flow, FlowResult, Process, Run } from 'millrace';
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

/** How one life ended. */
export interface Lived extends Life {
  readonly run: Run;
  readonly result: FlowResult;
}

export interface Lives {
  readonly store: Store;
  /** Runs in the first life; in each later one the run goes on. */
  readonly next: (meanwhile?: (run: Run) => unknown) => Promise<Lived>;
  /** A new registry, and nothing more. */
  readonly registry: () => Life;
}

export const runId = 'r';

/** Runs of one flow `f` with a process `p` that are interrupted, and go on in other registries. */
export function lives(define: (life: Life) => void, options: Partial<DurableOptions> & { readonly input?: Record<string, unknown> } = {}): Lives {
  const { input = {}, ...given } = options;
  const store = given.store ?? memoryStore();
  let number = 0;
  const registry = (): Life => {
    number++;
    const own = number;
    const calls: string[] = [];
    const flows = createFlows({ ...given, store, owner: `owner ${own}` });
    const flow = flows.registerFlow<Record<string, unknown>>('f');
    const note = (word: string, ...failsIn: readonly number[]) => (): void => {
      calls.push(word);
      if (failsIn.includes(own)) throw new Error(`broken: ${word}`);
    };
    const life = { flows, flow, p: flow.process('p'), number: own, note, calls };
    define(life);
    return life;
  };
  const next = async (meanwhile?: (run: Run) => unknown): Promise<Lived> => {
    const life = registry();
    const run = life.number === 1 ? life.flow.start(input, { runId }) : await life.flows.resume(runId);
    await meanwhile?.(run);
    return { ...life, run, result: await run.done };
  };
  return { store, next, registry };
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
