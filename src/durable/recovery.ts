import type { Plan } from '../run/plan.ts';
import type { Entry } from './entry.ts';
import { fold } from './fold.ts';
import { replayedIn } from './restored-of.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What is recorded when a run goes on that has ended: that it is recovered, and what runs again although it went well. Nothing for one that has
 * not ended, which goes on as it is.
 */
export function recoveryOf(state: Snapshot, plan: Plan, at: number): readonly Entry[] {
  if (state.ended === undefined) return [];
  const again = replayedIn(withEntries(state, [{ t: 'recovered' }], at), plan);
  return [{ t: 'recovered', ...(again.length > 0 && { again }) }];
}

/** The state with one more row. */
export function withEntries(state: Snapshot, entries: readonly Entry[], at: number): Snapshot {
  return entries.length === 0 ? state : fold([{ seq: state.seq + 1, at, entries }], state);
}
