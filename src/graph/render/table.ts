import { markdownTable } from 'markdown-table';
import { oneLine } from './one-line.ts';
import type { GraphDependency, GraphDocument, GraphRow } from '../../define/graph.ts';

/** Draws a graph as a Markdown table. Paths are shortened to names where a flow has one process. */
export function tableOf({ steps, processes }: GraphDocument): string {
  const single = processes.length === 1;
  const short = (path: string): string => (single ? path.slice(path.indexOf('/') + 1) : path);
  const after = new Map(processes.map((process) => [process.name, process.after]));
  const rows = flat(steps);
  const isPlain = rows.every(({ row }) => row.kind === 'step' || row.kind === 'always');
  const lines = rows.map(({ row, tier }) => {
    const waits = row.dependencies.map((dependency) => shown(dependency, short(dependency.path)));
    if (row.always) waits.push('all others');
    const isFirst = row.dependencies.length === 0 && !row.always && !tier.includes('.');
    const ordered = isFirst ? (after.get(row.process) ?? []).map((process) => `process ${process}`) : [];
    return [tier, short(row.path), ...(isPlain ? [] : [row.calls === undefined ? row.kind : `${row.kind} ${row.calls}`]), row.description, [...ordered, ...waits].join(', ')];
  });
  return markdown([['Tier', 'Step', ...(isPlain ? [] : ['Kind']), 'Description', 'Dependencies'], ...lines]);
}

/** The rows, each followed by those of its bodies, with their tiers. */
function flat(steps: readonly GraphRow[]): readonly { readonly row: GraphRow; readonly tier: string }[] {
  const found: { readonly row: GraphRow; readonly tier: string }[] = [];
  const open = steps.map((row) => ({ row, tier: String(row.tier) })).reverse();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { row, tier } = next;
    found.push(next);
    const inner = (row.scopes ?? []).flatMap(({ rows }) => rows);
    open.push(...inner.map((own) => ({ row: own, tier: `${tier}.${own.tier}` })).reverse());
  }
  return found;
}

/** Draws rows, of which the first is the head, as a Markdown table. */
export function markdown(rows: readonly (readonly string[])[]): string {
  return markdownTable(rows.map((row) => row.map(escaped)));
}

function shown({ kind }: GraphDependency, path: string): string {
  return kind === 'success' ? path : `${kind} ${path}`;
}

function escaped(cell: string): string {
  return oneLine(cell).replaceAll('|', '\\|');
}
