import { createHash } from 'node:crypto';
import type { GraphDocument } from '../define/graph.ts';
import type { TemplateStep } from './template.ts';
import { type Compiled, scopesOf } from './compile.ts';
import { bodiesOf } from '../define/bodies.ts';
import { edgeWords, modeWords } from './edges.ts';
import { kindOf } from './rows.ts';

/** Hashes the structure: processes with their order, steps by path with their kinds and timings. The order of declaration does not count. */
export function fingerprint(processes: GraphDocument['processes'], compiled: Compiled): string {
  const known = new Map<Compiled, string>();
  for (const scope of scopesOf(compiled).reverse()) known.set(scope, fingerprintOf(scope === compiled ? processes : [], scope, known)); // from the inside
  return known.get(compiled) as string;
}

function fingerprintOf(processes: GraphDocument['processes'], { template, dag, bodies }: Compiled, known: ReadonlyMap<Compiled, string>): string {
  const inside = ({ spec }: TemplateStep): string =>
    bodiesOf(spec).map((body) => ` { ${known.get(bodies.get(body) as Compiled)} }`).join(''); // what is compiled has all its bodies
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
  const steps = template.steps.map((step, number) => `${wordsOf(step)} ${step.path} <- ${ins(number)}${inside(step)}`).sort();
  const order = processes.map(({ name, after }) => `process ${name} <- ${[...after].sort().join(', ')}`).sort();
  return createHash('sha256').update([...order, ...steps].join('\n')).digest('hex').slice(0, 32);
}

/** What a step is; of one that calls a flow, which one. */
function wordsOf(step: TemplateStep): string {
  const { composite } = step.spec;
  return composite?.kind === 'call' ? `call of ${composite.flow.name}` : kindOf(step);
}
