import type { GraphDocument, GraphRow, GraphScope } from '../../define/graph.ts';
import { isFrame, isWait, leaves, nameOf, scopes } from './scopes.ts';
import { oneLine } from './one-line.ts';

/** Draws a graph as a Mermaid flowchart; each process and each body is a subgraph. */
export function mermaidOf({ steps, processes }: GraphDocument): string {
  const ids = new Map<string, string>();
  const lines = ['flowchart TD'];
  steps.forEach((row, index) => name(row, `s${index}`, ids));
  processes.forEach((process, index) => {
    lines.push(`  subgraph p${index}["${label(process.name, process.description)}"]`);
    for (const row of steps) if (row.process === process.name) draw(row, '    ', ids, lines);
    lines.push('  end');
  });
  const everywhere = scopes(steps, processes);
  for (const rows of everywhere) {
    for (const always of rows.filter((row) => row.always)) for (const leaf of leaves(rows)) lines.push(`  ${ids.get(leaf)} -. all .-> ${ids.get(always.path)}`);
  }
  for (const rows of [steps, ...everywhere.slice(processes.length)]) {
    for (const row of rows) {
      for (const { path, kind } of row.dependencies) {
        const arrow = kind === 'success' ? '-->' : kind === 'optional' || kind === 'settled' ? `-. ${kind} .->` : `-- ${kind} -->`;
        lines.push(`  ${ids.get(path)} ${arrow} ${ids.get(row.path)}`);
      }
    }
  }
  processes.forEach((process, index) => {
    for (const before of process.after) lines.push(`  p${processes.findIndex(({ name: other }) => other === before)} --> p${index}`);
  });
  return lines.join('\n');
}

/** Gives a step and those inside of it their ids. */
function name(row: GraphRow, id: string, ids: Map<string, string>): void {
  ids.set(row.path, id);
  for (const scope of row.scopes ?? []) scope.rows.forEach((inner, index) => name(inner, `${id}${letterOf(scope)}${index}`, ids));
}

function letterOf(scope: GraphScope): string {
  return scope.name === 'body' ? 'b' : 'o';
}

/** Draws a step, or the frame of a composite one with what is inside. */
function draw(row: GraphRow, indent: string, ids: ReadonlyMap<string, string>, lines: string[]): void {
  const id = ids.get(row.path);
  const text = `"${label(nameOf(row), row.description)}"`;
  if (!isFrame(row)) {
    lines.push(`${indent}${id}${boxed(row, text)}`);
    return;
  }
  lines.push(`${indent}subgraph ${id}[${text}]`);
  const [body, ...others] = row.scopes ?? [];
  if (others.length === 0) for (const inner of body?.rows ?? []) draw(inner, `${indent}  `, ids, lines);
  else for (const scope of row.scopes ?? []) drawScope(scope, `${id}${letterOf(scope)}`, `${indent}  `, ids, lines);
  lines.push(`${indent}end`);
}

function drawScope(scope: GraphScope, id: string, indent: string, ids: ReadonlyMap<string, string>, lines: string[]): void {
  lines.push(`${indent}subgraph ${id}["${scope.name}"]`);
  for (const row of scope.rows) draw(row, `${indent}  `, ids, lines);
  lines.push(`${indent}end`);
}

/** The shape of a step: what runs always is round, what waits is a hexagon, and what calls a flow has double sides. */
function boxed(row: GraphRow, text: string): string {
  if (row.always) return `([${text}])`;
  if (isWait(row)) return `{{${text}}}`;
  return row.kind === 'call' ? `[[${text}]]` : `[${text}]`;
}

/** A name, and what `describe` said below it. */
function label(text: string, description: string): string {
  return description === '' ? escaped(text) : `${escaped(text)}<br/>${escaped(description)}`;
}

/** Mermaid reads entities inside quotes; these are the characters that would end them or start markup. */
function escaped(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('#', '&num;');
}
