import type { GraphDocument, GraphRow } from '../../define/graph.ts';
import { isFrame, isWait, leaves, nameOf, scopes } from './scopes.ts';

/** Draws a graph as a Graphviz digraph; each process and each body is a cluster. */
export function dotOf({ flow, steps, processes }: GraphDocument): string {
  const lines = [`digraph ${quoted(flow)} {`, '  rankdir=TB;', '  node [shape=box];'];
  processes.forEach((process, index) => {
    lines.push(`  subgraph cluster_${index} {`, `    label=${quoted(process.name)};`);
    for (const row of steps) if (row.process === process.name) draw(row, '    ', lines);
    if (!steps.some((row) => row.process === process.name)) lines.push(`    ${quoted(`${process.name}/`)} [shape=point];`);
    lines.push('  }');
  });
  const everywhere = scopes(steps, processes);
  const frames = new Set(everywhere.flatMap((rows) => rows.filter(isFrame).map(({ path }) => path)));
  const connect = (from: string, to: string, looks: readonly string[]): void => {
    const ends = [...(frames.has(from) ? [`ltail=${clusterOf(from)}`] : []), ...(frames.has(to) ? [`lhead=${clusterOf(to)}`] : [])];
    const all = [...looks, ...ends].join(', ');
    lines.push(`  ${quoted(from)} -> ${quoted(to)}${all === '' ? '' : ` [${all}]`};`);
  };
  for (const rows of everywhere) {
    for (const always of rows.filter((row) => row.always)) for (const leaf of leaves(rows)) connect(leaf, always.path, ['label="all"', 'style=dashed']);
  }
  for (const rows of [steps, ...everywhere.slice(processes.length)]) {
    for (const row of rows) {
      for (const { path, kind } of row.dependencies) {
        connect(path, row.path, kind === 'success' ? [] : [`label=${quoted(kind)}`, `style=${kind === 'failed' || kind === 'any' ? 'solid' : 'dashed'}`]);
      }
    }
  }
  const first = (process: string): string => steps.find((row) => row.process === process)?.path ?? `${process}/`;
  processes.forEach((process, index) => {
    for (const before of process.after) {
      const cluster = processes.findIndex(({ name }) => name === before);
      lines.push(`  ${quoted(first(before))} -> ${quoted(first(process.name))} [ltail=cluster_${cluster}, lhead=cluster_${index}];`);
    }
  });
  if (frames.size > 0 || processes.some(({ after }) => after.length > 0)) lines.splice(1, 0, '  compound=true;');
  return [...lines, '}'].join('\n');
}

/** Draws a step, or the frame of a composite one with what is inside; what leads to the frame ends at a point in it. */
function draw(row: GraphRow, indent: string, lines: string[]): void {
  if (!isFrame(row)) {
    lines.push(`${indent}${quoted(row.path)} [label=${quoted(nameOf(row))}${lookOf(row)}];`);
    return;
  }
  lines.push(`${indent}subgraph ${clusterOf(row.path)} {`, `${indent}  label=${quoted(nameOf(row))};`, `${indent}  ${quoted(row.path)} [shape=point];`);
  const [body, ...others] = row.scopes ?? [];
  if (others.length === 0) for (const inner of body?.rows ?? []) draw(inner, `${indent}  `, lines);
  else for (const { name, rows } of row.scopes ?? []) drawScope(name, rows, row.path, `${indent}  `, lines);
  lines.push(`${indent}}`);
}

function drawScope(name: string, rows: readonly GraphRow[], path: string, indent: string, lines: string[]): void {
  if (rows.length === 0) return;
  lines.push(`${indent}subgraph ${clusterOf(`${path}#${name}`)} {`, `${indent}  label=${quoted(name)};`);
  for (const row of rows) draw(row, `${indent}  `, lines);
  lines.push(`${indent}}`);
}

/** Graphviz takes a subgraph for a cluster by its name; none of these is a number, as those of processes are. */
function clusterOf(path: string): string {
  return quoted(`cluster_${path}`);
}

function lookOf(row: GraphRow): string {
  if (row.always) return ', style=rounded';
  if (isWait(row)) return ', shape=hexagon';
  return row.kind === 'call' ? ', peripheries=2' : '';
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
