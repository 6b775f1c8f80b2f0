import { hint } from '../define/nearest.ts';
import { Registry } from '../define/registry.ts';
import type { FlowResult, Run, SendOptions } from '../define/run.ts';
import { shown } from '../define/shown.ts';
import type { FlowSpec } from '../define/spec.ts';
import { FlowError } from '../errors.ts';
import type { Launcher } from '../run/launcher.ts';
import { checkRuns } from './check.ts';
import type { FitReport } from './fit-report.ts';
import type { Fitting } from './fitting.ts';
import { checkedQuery } from './option-checks.ts';
import type { Recording } from './recording.ts';
import type { Resuming } from './resuming.ts';
import type { RunPage, RunQuery, Store } from './store.ts';
import type { Signalling } from './signalling.ts';
import type { Submitting } from './submitting.ts';
import type { DrainOptions, SubmitOptions, Worker, WorkerOptions } from './worker-options.ts';
import type { Workers } from './workers.ts';

/** What a registry whose runs are recorded consists of. */
export interface DurableParts {
  readonly store: Store;
  readonly recording: Recording;
  readonly fitting: Fitting;
  readonly resuming: Resuming;
  readonly submitting: Submitting;
  readonly signalling: Signalling;
  readonly workers: Workers;
}

/** What stands behind `DurableFlows`. */
export class DurableRegistry extends Registry {
  readonly #parts: DurableParts;

  constructor(launcher: Launcher, parts: (registry: Registry) => DurableParts) {
    super(launcher);
    this.#parts = parts(this);
  }

  resume(runId: string): Promise<Run> {
    return this.#parts.resuming.resume(runId);
  }

  recover(): Promise<readonly Run[]> {
    return this.#parts.resuming.recover();
  }

  async submit(flow: unknown, input?: unknown, options?: SubmitOptions): Promise<string> {
    return this.#parts.submitting.submit(this.#specOf(flow), input, options);
  }

  sendSignal(runId: string, to: string, payload?: unknown, options?: SendOptions): Promise<void> {
    return this.#parts.signalling.send(runId, to, payload, options);
  }

  worker(options: WorkerOptions = {}): Worker {
    return this.#parts.workers.add(options);
  }

  result(runId: string): Promise<FlowResult | undefined> {
    return this.#parts.resuming.result(runId);
  }

  async runs(query?: RunQuery): Promise<RunPage> {
    return this.#parts.store.list(checkedQuery(query));
  }

  check(): Promise<FitReport> {
    return checkRuns(this.#parts.store, this.#parts.fitting, (flow) => this.spec(flow));
  }

  idle(): Promise<void> {
    return this.#parts.recording.committer.idle();
  }

  close(options: DrainOptions = {}): Promise<void> {
    return this.#parts.workers.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #specOf(flow: unknown): FlowSpec {
    const name: unknown = typeof flow === 'string' ? flow : Reflect.get(Object(flow) as object, 'name'); // a flow has one
    const spec = typeof name === 'string' ? this.spec(name) : undefined;
    if (spec !== undefined && (typeof flow === 'string' || this.get(spec.name) === flow)) return spec;
    const near = spec === undefined ? hint(typeof name === 'string' ? name : '', this.list(), 'register it before runs of it are submitted') : ': it is one of another registry';
    throw new FlowError('unknown-flow', `flow ${shown(name ?? flow)} is not registered${near}`);
  }
}
