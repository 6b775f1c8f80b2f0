import type { Plan } from '../run/plan.ts';
import type { Entry, Path } from './entry.ts';
import { fold } from './fold.ts';
import { Locator, type PlanOf } from './locator.ts';
import { outerOf } from './nested-paths.ts';
import { replayedIn } from './restored-of.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What is recorded when a run goes on that has ended: that it is recovered, and what runs again although it went well. Nothing for one that has
 * not ended, which goes on as it is.
 */
export function recoveryOf(state: Snapshot, plan: Plan, planOf: PlanOf, at: number): readonly Entry[] {
  if (state.ended === undefined) return [];
  const recovered = withEntries(state, [{ t: 'recovered' }], at);
  const again = [...replayedIn(recovered, plan), ...replayedInCalls(recovered, new Locator(plan, planOf))];
  return [{ t: 'recovered', ...(again.length > 0 && { again }) }];
}

/** The same callbacks in flows that are called, and go on. */
function replayedInCalls(recovered: Snapshot, locator: Locator): readonly Path[] {
  const places = new Set<string>();
  for (const path of Object.keys(recovered.paths)) {
    const process = path.endsWith('/@after') ? outerOf(path) : undefined;
    const place = process && outerOf(process);
    if (place !== undefined && recovered.paths[place]?.s === 'reset') places.add(place);
  }
  return [...places].flatMap((place) => {
    const { at } = locator.locate(`${place}/@after`); // whether it has such callbacks or not
    return at.place === place ? replayedIn(recovered, at.plan, place) : [];
  });
}

/** The state with one more row. */
export function withEntries(state: Snapshot, entries: readonly Entry[], at: number): Snapshot {
  return entries.length === 0 ? state : fold([{ seq: state.seq + 1, at, entries }], state);
}
