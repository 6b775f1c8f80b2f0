import { FlowError } from '../errors.ts';

/** The process at work on a step died so often during it that it is not tried again. */
export class CrashedError extends FlowError {
  /** How many attempts were lost. */
  readonly crashes: number;

  constructor(path: string, crashes: number) {
    super('crashes', `step '${path}' was at work ${crashes} times when its process died, and is not tried again; find out whether it is the cause, then recover the run`);
    this.crashes = crashes;
  }
}

Object.defineProperty(CrashedError.prototype, 'name', { value: 'CrashedError', configurable: true, writable: true });
