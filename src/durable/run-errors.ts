import { FlowError } from '../errors.ts';

/** Another process has taken over a run while this one was at work on it: what it did since is not recorded, and it ends here. */
export class LostOwnershipError extends FlowError {
  /** The id of the run. */
  readonly runId: string;

  constructor(runId: string) {
    super('lost-ownership', `run '${runId}' was taken over by another owner; it goes on there, and what was at work here does not count`);
    this.runId = runId;
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

for (const type of [LostOwnershipError, RunExistsError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true });
}
