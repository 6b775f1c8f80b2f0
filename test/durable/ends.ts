import type { Entry, Path, Row } from '../../src/durable/entry.ts';

/** A stretch of a journal between two recoveries, as far as nodes are concerned. */
interface Stretch {
  readonly touched: Set<Path>;
  readonly ends: Map<Path, 'succeeded' | 'failed' | 'skipped' | 'stopped'>;
}

/**
 * Law K12: between recoveries every node with any record gets exactly one outcome, nothing comes after it, and what has succeeded or was
 * skipped has no record again. Returns what breaks the law; of a journal that does not end, nodes may still be open.
 */
export function problemsOfEnds(rows: readonly Row[]): readonly string[] {
  const problems: string[] = [];
  const kept = new Set<Path>();
  let stretch: Stretch = { touched: new Set(), ends: new Map() };
  for (const { seq, entries } of rows) {
    for (const entry of entries) {
      if (entry.t === 'ended') problems.push(...openOf(stretch).map((path) => `row ${seq}: the run ends, and '${path}' is open`));
      if (entry.t === 'recovered') {
        for (const [path, end] of stretch.ends) if ((end === 'succeeded' || end === 'skipped') && !/(^|\/)@after$/.test(path)) kept.add(path);
        stretch = { touched: new Set(), ends: new Map() };
      }
      const path = nodeOf(entry);
      if (path === undefined) continue;
      if (kept.has(path)) problems.push(`row ${seq}: '${path}' is '${entry.t}', but its end was kept by a recovery`);
      if (stretch.ends.has(path)) problems.push(`row ${seq}: '${path}' is '${entry.t}', but it has ended`);
      stretch.touched.add(path);
      if (entry.t === 'succeeded' || entry.t === 'failed' || entry.t === 'skipped' || entry.t === 'stopped') stretch.ends.set(path, entry.t);
    }
  }
  return problems;
}

function openOf({ touched, ends }: Stretch): readonly Path[] {
  return [...touched].filter((path) => !ends.has(path));
}

/** The node that an entry is about, if it is about one. */
function nodeOf(entry: Entry): Path | undefined {
  return 'p' in entry && !aboutRegions.has(entry.t) ? entry.p : undefined;
}

const aboutRegions = new Set<Entry['t']>(['latched', 'paused', 'resumed', 'suspended']);
