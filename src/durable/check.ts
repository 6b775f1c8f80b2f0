import type { FlowSpec } from '../define/spec.ts';
import { IncompatibleDefinitionError } from './incompatible.ts';
import type { FitProblem, FitReport } from './fit-report.ts';
import type { Fitting } from './fitting.ts';
import { stateOf } from './state-of.ts';
import type { RunHead, Store } from './store.ts';

/** Looks at every unfinished run of a store, one at a time, and claims none. */
export async function checkRuns(store: Store, fitting: Fitting, specOf: (flow: string) => FlowSpec | undefined): Promise<FitReport> {
  let [fits, migrates] = [0, 0];
  const problems: FitProblem[] = [];
  const unknownFlows = new Map<string, number>();
  for await (const { runId, flow } of unfinished(store)) {
    const spec = specOf(flow);
    if (spec === undefined) {
      unknownFlows.set(flow, (unknownFlows.get(flow) ?? 0) + 1);
      continue;
    }
    const stored = await store.load(runId);
    if (stored?.head.status !== 'running') continue; // it has ended meanwhile
    try {
      const recorded = stateOf(stored);
      if ((await fitting.readable(runId, recorded, spec)) !== recorded) migrates += 1;
      fits += 1;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      problems.push({ runId, flow, differences: error instanceof IncompatibleDefinitionError ? error.differences : [], error });
    }
  }
  return { fits, migrates, problems, unknownFlows };
}

async function* unfinished(store: Store): AsyncGenerator<RunHead> {
  let after: string | undefined;
  do {
    const page = await store.list({ status: 'running', ...(after !== undefined && { after }) });
    yield* page.runs;
    after = page.next;
  } while (after !== undefined);
}
