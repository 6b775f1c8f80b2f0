import type { Entry, Path } from './entry.ts';
import type { LatchRecord } from './snapshot.ts';

/** The flow, among processes. */
export const FLOW: Path = '';

/**
 * Adds what closed a region to those of the run and returns whether it changed anything. The rule is that of the live run (see `Latches`
 * of the kernel): the first one stays, a drain may be raised to an abort, and force holds from then on.
 */
export function close(latches: Map<Path, LatchRecord>, entry: Extract<Entry, { readonly t: 'latched' }>, at: number): boolean {
  const { p, mode, why, force, v } = entry;
  const known = latches.get(p) ?? latches.get(FLOW);
  if (known === undefined) latches.set(p, { p, mode, why, at, ...(force && { force }), ...(v !== undefined && { v }) });
  else if (known.force !== true && force === true) latches.set(p, { ...known, p, mode: 'abort', force });
  else if (known.mode === 'abort' || mode === 'drain') return false;
  else latches.set(p, { ...known, p, mode: 'abort' });
  if (p === FLOW && mode === 'abort') {
    for (const own of latches.values()) latches.set(own.p, { ...own, mode: 'abort', ...(force && { force }) });
  }
  return true;
}
