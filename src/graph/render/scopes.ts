import type { GraphRow } from '../../define/graph.ts';

/** The paths of the steps of a scope that no other waits for: an `always` step is drawn after these. */
export function leaves(rows: readonly GraphRow[]): readonly string[] {
  const waitedFor = new Set(rows.flatMap((row) => row.dependencies.map((dependency) => dependency.path)));
  return rows.filter((row) => !row.always && !waitedFor.has(row.path)).map((row) => row.path);
}

/** The rows of each process, and then those of each body, the outer ones first. */
export function scopes(steps: readonly GraphRow[], processes: readonly { readonly name: string }[]): readonly (readonly GraphRow[])[] {
  const found: (readonly GraphRow[])[] = processes.map(({ name }) => steps.filter((row) => row.process === name));
  for (const rows of found) for (const row of rows) for (const scope of row.scopes ?? []) found.push(scope.rows);
  return found;
}

/** The name of a step, and in brackets what it is, if that is more than a function. */
export function nameOf({ step, kind, calls }: GraphRow): string {
  if (kind === 'step' || kind === 'always') return step;
  return `${step} (${calls === undefined ? kind : `${kind} ${calls}`})`;
}

/** Whether a step is a frame around others. */
export function isFrame({ scopes: bodies }: GraphRow): boolean {
  return bodies?.some(({ rows }) => rows.length > 0) === true;
}

/** Whether a step does nothing but wait. */
export function isWait({ kind }: GraphRow): boolean {
  return kind === 'waitFor' || kind === 'signal' || kind === 'sleep';
}
