import type { FlowResult } from '../define/run.ts';
import { FlowError } from '../errors.ts';

/** Why there is no snapshot of a run. */
export function notRecorded(runId: string): FlowError {
  return new FlowError('no-store', `run '${runId}' is not recorded, so there is no snapshot of it; give createFlows a store, and the flow a durability other than 'none', or advance it with apply`);
}

/** Why nobody can go on with a run: it has succeeded, or nothing is recorded of it. */
export function notRecoverable({ status, runId }: Pick<FlowResult, 'status' | 'runId'>): FlowError {
  if (status === 'succeeded') return new FlowError('run-succeeded', `run '${runId}' has succeeded, so there is nothing to recover; start a new run`);
  return new FlowError('no-store', `run '${runId}' was not recorded, so it cannot be recovered; give createFlows a store, and the flow a durability other than 'none'`);
}
