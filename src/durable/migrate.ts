import type { GraphDocument } from '../define/graph.ts';
import { FlowError } from '../errors.ts';
import type { Snapshot } from './snapshot.ts';
import { snapshotOf, snapshotText } from './snapshot-text.ts';

/** What has changed about a definition since a run was recorded. */
export interface DefinitionChange {
  /** The id of the run. */
  readonly runId: string;
  /** The structure that the run was recorded with; `undefined` if the store does not know it. */
  readonly from: GraphDocument | undefined;
  /** The structure as it is defined now. */
  readonly to: GraphDocument;
  /** Why the run does not fit, each a sentence about one path. */
  readonly differences: readonly string[];
}

/**
 * Makes a recorded run fit the definition that is to go on with it, where it does not by itself. Gets a copy of what is recorded, which it may
 * change, with values as the codec wrote them. Of what it returns `input`, `options`, `paths`, `latches`, `paused` and `resources` count.
 * It is called again when the run is looked at again, so it must not have effects. `undefined`: this run is not migrated.
 */
export type Migrate = (snapshot: Snapshot, change: DefinitionChange) => Snapshot | undefined;

/** What `migrate` did with a run cannot be used. */
export class MigrationError extends FlowError {
  /** The id of the run. */
  readonly runId: string;

  constructor(runId: string, flow: string, what: string, cause: unknown) {
    super('migration', `run '${runId}' of flow '${flow}' cannot be migrated: ${what}`, { cause });
    this.runId = runId;
  }
}

Object.defineProperty(MigrationError.prototype, 'name', { value: 'MigrationError', configurable: true, writable: true });

/**
 * Returns the state that a hook made of one; `undefined` if it does not want to.
 *
 * @throws MigrationError - it threw, or what it returned is no state
 */
export function migrated(recorded: Snapshot, migrate: Migrate, change: DefinitionChange): Snapshot | undefined {
  const { runId, to } = change;
  const made = attempted(() => migrate(structuredClone(recorded), change), (cause) => new MigrationError(runId, recorded.flow, `migrate threw: ${textOf(cause)}`, cause));
  if (made === undefined) return undefined;
  const read = attempted(
    () => snapshotOf(snapshotText({ ...made, format: recorded.format }), runId),
    (cause) => new MigrationError(runId, recorded.flow, `what migrate returned is no snapshot: ${textOf(cause)}`, cause),
  );
  const { input, options, paths, latches, paused, resources } = read;
  return { ...recorded, input, options, paths, latches, paused, resources, fingerprint: to.fingerprint };
}

function attempted<Value>(call: () => Value, wrapped: (cause: unknown) => Error): Value {
  try {
    return call();
  } catch (cause) {
    throw wrapped(cause);
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
