import { Registry } from '../define/registry.ts';
import type { FlowResult, Run } from '../define/run.ts';
import type { Launcher } from '../run/launcher.ts';
import { checkedQuery } from './option-checks.ts';
import type { Resuming } from './resuming.ts';
import type { Recording } from './recording.ts';
import type { RunPage, RunQuery, Store } from './store.ts';

/** What stands behind `DurableFlows`. */
export class DurableRegistry extends Registry {
  readonly #store: Store;
  readonly #recording: Recording;
  readonly #resuming: Resuming;

  constructor(launcher: Launcher, store: Store, recording: Recording, resuming: (registry: Registry) => Resuming) {
    super(launcher);
    this.#store = store;
    this.#recording = recording;
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

  async runs(query?: RunQuery): Promise<RunPage> {
    return this.#store.list(checkedQuery(query));
  }

  idle(): Promise<void> {
    return this.#recording.committer.idle();
  }
}
