import { markdownTable } from 'markdown-table';
import { oneLine } from './one-line.ts';
import type { GraphDependency, GraphDocument } from '../../define/graph.ts';

/** Draws a graph as a Markdown table. Paths are shortened to names where a flow has one process. */
export function tableOf({ steps, processes }: GraphDocument): string {
  const single = processes.length === 1;
  const short = (path: string): string => (single ? path.slice(path.indexOf('/') + 1) : path);
  const after = new Map(processes.map((process) => [process.name, process.after]));
  const rows = steps.map((row) => {
    const waits = row.dependencies.map((dependency) => shown(dependency, short(dependency.path)));
    if (row.always) waits.push('all others');
    const ordered = row.dependencies.length === 0 && !row.always ? (after.get(row.process) ?? []).map((process) => `process ${process}`) : [];
    return [String(row.tier), short(row.path), row.description, [...ordered, ...waits].join(', ')];
  });
  return markdown([['Tier', 'Step', 'Description', 'Dependencies'], ...rows]);
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
