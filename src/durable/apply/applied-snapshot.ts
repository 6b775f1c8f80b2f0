import type { FlowSnapshot } from '../../define/flow-snapshot.ts';
import { shown } from '../../define/shown.ts';
import type { FlowSpec } from '../../define/spec.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Encoded } from '../entry.ts';
import { CorruptJournalError } from '../journal-errors.ts';
import { listOf, shape, text } from '../rules.ts';
import { checkedSnapshot } from '../snapshot-text.ts';
import type { Snapshot } from '../snapshot.ts';

/** A signal that nobody has taken. */
export interface KeptSignal {
  readonly id: string;
  readonly to: string;
  readonly payload: Encoded;
}

/** What is inside of a `FlowSnapshot`: the state of the run, and the signals that nobody has taken. */
export interface AppliedSnapshot {
  readonly runId: string;
  readonly state: Snapshot;
  readonly signals: readonly KeptSignal[];
  /** The ids of the last signals that were taken. */
  readonly known: readonly string[];
}

const signals = listOf(shape<KeptSignal>({ id: text, to: text, payload: text }, {}));
const ids = listOf(text);

/** Reads what `apply` returned before. */
export function appliedOf(given: unknown, flow: FlowSpec): AppliedSnapshot {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const what = typeof given === 'string' ? 'parse the JSON that was kept of what apply returned' : 'give what apply returned, or null to begin';
    throw new InvalidOptionError('invalid-option', `the snapshot of flow '${flow.name}' is ${shown(given)}; ${what}`);
  }
  const { runId, signals: kept = [], known = [], ...read } = given as Readonly<Record<string, unknown>>;
  if (typeof runId !== 'string') throw new CorruptJournalError('its snapshot has no run id', undefined, undefined);
  const state = checkedSnapshot(read, runId);
  const wrong = signals(kept) ?? ids(known);
  if (wrong !== undefined) throw new CorruptJournalError(`the signals of its snapshot${wrong}`, runId, undefined);
  if (state.flow !== flow.name) {
    throw new InvalidOptionError('invalid-option', `the snapshot is one of flow '${state.flow}', not of flow '${flow.name}'; apply it to the flow that it was made by`);
  }
  return { runId, state, signals: kept as readonly KeptSignal[], known: known as readonly string[] }; // both were looked at
}

/** The snapshot that a caller keeps. */
export function flowSnapshot({ runId, state, signals: kept, known }: AppliedSnapshot): FlowSnapshot {
  const { owner: _, ...rest } = state;
  return { runId, ...rest, ...(kept.length > 0 && { signals: kept }), ...(known.length > 0 && { known }) };
}
