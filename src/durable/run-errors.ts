import { FlowError } from '../errors.ts';
import type { Store } from './store.ts';

/** A run is not this process's any more, although it was at work on it: what it did since is not recorded, and it ends here. */
export class LostOwnershipError extends FlowError {
  /** The id of the run. */
  readonly runId: string;

  /** @param why - whether it goes on elsewhere or is gone from the store, if that is known */
  constructor(runId: string, why?: 'taken-over' | 'deleted') {
    super('lost-ownership', `run '${runId}' ${losses[why ?? 'unknown']}, and what was at work here does not count`);
    this.runId = runId;
  }
}

const losses = {
  'taken-over': 'was taken over by another owner; it goes on there',
  deleted: 'was deleted from the store while it was at work; it goes on nowhere',
  unknown: 'is not owned by this process any more: another one has taken it over, or it was deleted',
} as const;

/** Asks a store what has become of a run that it does not let this process write to. */
export async function whyLost(runId: string, store: Pick<Store, 'load'>): Promise<LostOwnershipError> {
  try {
    return new LostOwnershipError(runId, (await store.load(runId)) === undefined ? 'deleted' : 'taken-over');
  } catch {
    return new LostOwnershipError(runId);
  }
}

/** There is a run of this id already, and this call cannot join it. */
export class RunExistsError extends FlowError {
  /** The id of the run. */
  readonly runId: string;

  constructor(runId: string, why: string) {
    super('run-exists', `there is a run '${runId}' already: ${why}`);
    this.runId = runId;
  }
}

/** This process let go of a run before it had ended, because its worker was stopped or its registry closed: it goes on where someone takes it over. */
export class HandedBackError extends FlowError {
  /** The id of the run. */
  readonly runId: string;

  constructor(runId: string) {
    super('handed-back', `run '${runId}' was handed back before it had ended: it stops here, and goes on where a worker takes it over`);
    this.runId = runId;
  }
}

/** What is wrong with a run whose id another one has. */
export function existsOtherwise(runId: string, known: string, flow: { readonly name: string }): RunExistsError {
  return new RunExistsError(runId, known === flow.name ? 'it has another input; give this one another id' : `it is one of flow '${known}'; give this one another id`);
}

for (const type of [LostOwnershipError, RunExistsError, HandedBackError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true });
}
