import { FlowError } from '../errors.ts';
import { FORMAT } from './entry.ts';

const nameless = (runId: string | undefined): string => (runId === undefined ? 'a run' : `run '${runId}'`);

/** What was recorded about a run is not what was written. Other runs of the same store are not concerned. */
export class CorruptJournalError extends FlowError {
  /** The run, where it is known. */
  readonly runId: string | undefined;
  /** The row that is wrong or missing; `undefined` if it is the snapshot. */
  readonly seq: number | undefined;

  constructor(what: string, runId: string | undefined, seq: number | undefined) {
    super('corrupt-journal', `the journal of ${nameless(runId)} is corrupt: ${what}; restore the run from a copy, or delete it`);
    this.runId = runId;
    this.seq = seq;
  }
}

/** A run was recorded by a later version of the library, in a format that this one does not know. */
export class UnknownFormatError extends FlowError {
  /** The run, where it is known. */
  readonly runId: string | undefined;
  /** The number of the format. */
  readonly format: number;

  constructor(format: number, runId: string | undefined) {
    super('unknown-format', `${nameless(runId)} is recorded in format ${format}, and this version reads format ${FORMAT}; go on with it in the version that recorded it, or a later one`);
    this.runId = runId;
    this.format = format;
  }
}

for (const type of [CorruptJournalError, UnknownFormatError]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true, writable: true });
}
