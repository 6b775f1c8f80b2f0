import { Registry } from '../define/registry.ts';
import type { FlowResult, Run } from '../define/run.ts';
import type { Launcher } from '../run/launcher.ts';
import { checkRuns } from './check.ts';
import type { FitReport } from './fit-report.ts';
import type { Fitting } from './fitting.ts';
import type { Resuming } from './resuming.ts';
import type { Recording } from './recording.ts';
import type { RunPage, RunQuery, Store } from './store.ts';

/** What stands behind `DurableFlows`. */
export class DurableRegistry extends Registry {
  readonly #store: Store;
  readonly #recording: Recording;
  readonly #fitting: Fitting;
  readonly #resuming: Resuming;

  constructor(launcher: Launcher, store: Store, recording: Recording, fitting: Fitting, resuming: (registry: Registry) => Resuming) {
    super(launcher);
    this.#store = store;
    this.#recording = recording;
    this.#fitting = fitting;
    this.#resuming = resuming(this);
  }

  resume(runId: string): Promise<Run> {
    return this.#resuming.resume(runId);
  }

  recover(): Promise<readonly Run[]> {
    return this.#resuming.recover();
  }

  result(runId: string): Promise<FlowResult | undefined> {
    return this.#resuming.result(runId);
  }

  runs(query?: RunQuery): Promise<RunPage> {
    return this.#store.list(query);
  }

  check(): Promise<FitReport> {
    return checkRuns(this.#store, this.#fitting, (flow) => this.spec(flow));
  }

  idle(): Promise<void> {
    return this.#recording.committer.idle();
  }
}
