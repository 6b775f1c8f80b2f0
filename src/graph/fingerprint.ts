import { createHash } from 'node:crypto';
import type { GraphDocument } from '../define/graph.ts';
import type { Compiled } from './compile.ts';
import { edgeWords, modeWords } from './edges.ts';

/** Hashes the structure: processes with their order, steps by path with their kinds and timings. The order of declaration does not count. */
export function fingerprint(processes: GraphDocument['processes'], { template, dag }: Compiled): string {
  const texts = new Map<number, string>();
  const node = (number: number): string => template.steps[number]?.path ?? (texts.get(number) as string); // gates are visited before what waits for them
  const ins = (number: number): string =>
    dag
      .edgesInto(number)
      .filter(({ from }) => from < template.stepCount || from >= template.workCount)
      .map((edge) => `${edgeWords[edge.kind]} ${node(edge.from)}`)
      .sort()
      .join(', ');
  for (let gate = template.workCount; gate < template.size; gate++) texts.set(gate, `${modeWords[template.modes[gate] as 0 | 1 | 2]}(${ins(gate)})`);
  const steps = template.steps.map((step, number) => `${step.always ? 'always' : 'step'} ${step.path} <- ${ins(number)}`).sort();
  const order = processes.map(({ name, after }) => `process ${name} <- ${[...after].sort().join(', ')}`).sort();
  return createHash('sha256').update([...order, ...steps].join('\n')).digest('hex').slice(0, 32);
}
