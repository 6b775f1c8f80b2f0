import type { Entry } from './entry.ts';
import type { Moment } from './leases.ts';
import type { Creation } from './live-run.ts';
import type { Message, StoredRow } from './store.ts';

/** How recording begins: with a run that does not exist yet, or behind the last row of one that does. */
export interface Beginning {
  readonly seq: number;
  readonly known: Iterable<number>;
  /** How much of the history of its kernel is recorded. */
  readonly seen: number;
  readonly first: readonly Entry[];
  readonly creation: Creation | undefined;
  /** When its lease was taken. */
  readonly taken: Moment;
  /** The rows that it has behind its last snapshot. Default: none */
  readonly behind?: readonly StoredRow[];
  /** The messages that wait for it. Default: none */
  readonly messages?: readonly Message[];
  /** Whether the store wakes it later, although somebody goes on with it now. */
  readonly isAsleep?: boolean;
}
