import type { GraphDocument } from '../../define/graph.ts';
import { leaves } from './leaves.ts';
import { oneLine } from './one-line.ts';

/** Draws a graph as a Mermaid flowchart; each process is a subgraph. */
export function mermaidOf({ steps, processes }: GraphDocument): string {
  const ids = new Map(steps.map((row, index) => [row.path, `s${index}`]));
  const lines = ['flowchart TD'];
  processes.forEach((process, index) => {
    lines.push(`  subgraph p${index}["${label(process.name, process.description)}"]`);
    for (const row of steps) {
      const box = `["${label(row.step, row.description)}"]`;
      if (row.process === process.name) lines.push(`    ${ids.get(row.path)}${row.always ? `(${box})` : box}`);
    }
    lines.push('  end');
  });
  for (const always of steps.filter((row) => row.always)) {
    for (const leaf of leaves(steps, always.process)) lines.push(`  ${ids.get(leaf)} -. all .-> ${ids.get(always.path)}`);
  }
  for (const row of steps) {
    for (const { path, kind } of row.dependencies) {
      const arrow = kind === 'success' ? '-->' : kind === 'optional' || kind === 'settled' ? `-. ${kind} .->` : `-- ${kind} -->`;
      lines.push(`  ${ids.get(path)} ${arrow} ${ids.get(row.path)}`);
    }
  }
  processes.forEach((process, index) => {
    for (const before of process.after) lines.push(`  p${processes.findIndex(({ name }) => name === before)} --> p${index}`);
  });
  return lines.join('\n');
}

/** A name, and what `describe` said below it. */
function label(name: string, description: string): string {
  return description === '' ? escaped(name) : `${escaped(name)}<br/>${escaped(description)}`;
}

/** Mermaid reads entities inside quotes; these are the characters that would end them or start markup. */
function escaped(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('#', '&num;');
}
