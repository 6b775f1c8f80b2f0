import type { GraphDocument } from '../../define/graph.ts';
import { leaves } from './leaves.ts';

/** Draws a graph as a Graphviz digraph; each process is a cluster. */
export function dotOf({ flow, steps, processes }: GraphDocument): string {
  const lines = [`digraph ${quoted(flow)} {`, '  rankdir=TB;', '  node [shape=box];'];
  processes.forEach((process, index) => {
    lines.push(`  subgraph cluster_${index} {`, `    label=${quoted(process.name)};`);
    for (const row of steps) if (row.process === process.name) lines.push(`    ${quoted(row.path)} [label=${quoted(row.step)}${row.always ? ', style=rounded' : ''}];`);
    if (!steps.some((row) => row.process === process.name)) lines.push(`    ${quoted(`${process.name}/`)} [shape=point];`);
    lines.push('  }');
  });
  for (const always of steps.filter((row) => row.always)) {
    for (const leaf of leaves(steps, always.process)) lines.push(`  ${quoted(leaf)} -> ${quoted(always.path)} [label="all", style=dashed];`);
  }
  for (const row of steps) {
    for (const { path, kind } of row.dependencies) {
      const look = kind === 'success' ? '' : ` [label=${quoted(kind)}, style=${kind === 'failed' || kind === 'any' ? 'solid' : 'dashed'}]`;
      lines.push(`  ${quoted(path)} -> ${quoted(row.path)}${look};`);
    }
  }
  const first = (process: string): string => steps.find((row) => row.process === process)?.path ?? `${process}/`;
  processes.forEach((process, index) => {
    for (const before of process.after) {
      const cluster = processes.findIndex(({ name }) => name === before);
      lines.push(`  ${quoted(first(before))} -> ${quoted(first(process.name))} [ltail=cluster_${cluster}, lhead=cluster_${index}];`);
    }
  });
  if (processes.some(({ after }) => after.length > 0)) lines.splice(1, 0, '  compound=true;');
  return [...lines, '}'].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
