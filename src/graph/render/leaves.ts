import type { GraphRow } from '../../define/graph.ts';

/** The paths of the steps of a process that no other waits for: an `always` step is drawn after these. */
export function leaves(rows: readonly GraphRow[], process: string): readonly string[] {
  const waitedFor = new Set(rows.flatMap((row) => row.dependencies.map((dependency) => dependency.path)));
  return rows.filter((row) => row.process === process && !row.always && !waitedFor.has(row.path)).map((row) => row.path);
}
