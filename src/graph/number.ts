import type { FlowSpec, StepSpec } from '../define/spec.ts';
import { isWait } from '../define/bodies.ts';
import { type Chains, chainsOfSteps, noChains } from './chains.ts';
import { ANY, FAILED, OPEN_EDGE, OPTIONAL, SETTLED } from './edges.ts';
import type { Order } from './order.ts';
import { processTimeoutOf, type Settings, settingsOf } from './settings.ts';
import type { Blanks, Region, Template, TemplateStep, TemplateWork } from './template.ts';
import type { Wiring } from './wiring.ts';

/** Numbers the nodes by (tier, declaration) and lays the edges out as arrays. */
export function template(flow: FlowSpec, wiring: Wiring, { sequence, tiers }: Order, settings: Settings): Template {
  const { size, stepCount } = wiring;
  const workCount = stepCount + wiring.works.size;
  const specs = flow.processes.flatMap((process) => process.steps).sort((a, b) => a.index - b.index);
  const numbers = numberNodes(sequence, tiers, wiring);
  const steps = new Array<TemplateStep>(stepCount);
  for (const spec of specs) {
    steps[at(numbers, spec.index)] = stepOf(spec, tiers[spec.index] as number, wiring.own[spec.index] as number, settings);
  }
  const edges = layOut(wiring, numbers, size);
  const regions = regionsOf(flow, wiring, settings);
  const modes = new Uint8Array(size);
  wiring.modes.forEach((mode, node) => (modes[at(numbers, node)] = mode));
  const roots = edges.initial.slice(0, workCount).flatMap((open, node) => (open === 0 ? [node] : []));
  const kinds = new Set(edges.inKinds);
  const overlapping = kinds.has(SETTLED) || kinds.has(OPTIONAL) || modes.includes(ANY);
  const works = worksOf(flow, wiring, numbers);
  return {
    flow: flow.name,
    stepCount,
    workCount,
    size,
    steps,
    works,
    chains: chainsOf(flow, steps),
    bodies: steps.map(({ spec }) => (spec.composite === undefined ? spec.run : undefined)),
    composites: steps.some(({ spec }) => spec.composite !== undefined) ? steps.map(({ spec }) => spec.composite) : undefined,
    waits: steps.some(({ spec }) => isWait(spec)) ? Uint8Array.from(steps, ({ spec }) => (isWait(spec) ? 1 : 0)) : undefined,
    regions,
    regionOf: Int32Array.from([...steps, ...works], ({ region }) => region),
    modes,
    always: Uint8Array.from([...steps.map((step) => step.always), ...works.map(({ end }) => end === 'after')], Number),
    ...edges,
    rootCount: roots.length,
    blanks: blanksOf(roots, workCount, regions),
    plain: !overlapping && !kinds.has(FAILED),
    overlapping,
    policed:
      steps.some((step) => step.retry !== undefined || step.timeoutMs !== undefined) ||
      regions.some((region) => region.timeoutMs !== undefined),
    conditional: steps.some(isConditional) ? Uint8Array.from(steps, (step) => (isConditional(step) ? 1 : 0)) : undefined,
    exceptions: undefined,
    limited: regions.some((region) => region.limit !== Infinity),
    nodeOf: numbers.subarray(0, stepCount),
  };
}

/** The new number of each node: steps by (tier, declaration), then generated nodes as declared, then gates in topological order. */
function numberNodes(sequence: readonly number[], tiers: readonly number[], { stepCount, works }: Wiring): Int32Array {
  const byTier: number[] = [];
  for (let node = 0; node < stepCount; node++) byTier[tiers[node] as number] = (byTier[tiers[node] as number] ?? 0) + 1;
  const next: number[] = [];
  let first = 0;
  for (let tier = 0; tier < byTier.length; tier++) {
    next.push(first);
    first += byTier[tier] ?? 0;
  }
  const numbers = new Int32Array(sequence.length);
  for (let node = 0; node < stepCount; node++) {
    const tier = tiers[node] as number;
    numbers[node] = next[tier] as number;
    next[tier] = (next[tier] as number) + 1;
  }
  let number = stepCount;
  for (const node of works.keys()) numbers[node] = number++;
  for (const node of sequence) if (node >= stepCount && !works.has(node)) numbers[node] = number++;
  return numbers;
}

/** The generated nodes; those of one unit follow one another. */
function worksOf(flow: FlowSpec, wiring: Wiring, numbers: Int32Array): readonly TemplateWork[] {
  return [...wiring.works].map(([node, work]) => {
    const process = flow.processes[work.region - 1];
    const before = at(numbers, node) - (work.end === 'after' ? 1 : 0);
    return { ...work, path: `${process === undefined ? '' : `${process.name}/`}@${work.end}`, before };
  });
}

/** The callbacks around each step; `undefined` when no step has any and none is recorded. */
function chainsOf(flow: FlowSpec, steps: readonly TemplateStep[]): readonly Chains[] | undefined {
  const of = new Map(flow.processes.map((process) => [process, chainsOfSteps(process)]));
  const chains = steps.map(({ spec }) => of.get(spec.process)?.(spec) ?? noChains);
  return flow.registry.records?.step === undefined && chains.every((own) => own === noChains) ? undefined : chains;
}

function layOut(wiring: Wiring, numbers: Int32Array, size: number): Pick<Template, 'initial' | 'outStart' | 'outs' | 'outKinds' | 'inStart' | 'ins' | 'inKinds'> {
  const old = new Int32Array(size);
  numbers.forEach((number, node) => (old[number] = node));
  const counts = new Int32Array(size);
  const inStart = new Int32Array(size + 1);
  const outStart = new Int32Array(size + 1);
  for (let number = 0; number < size; number++) {
    const edges = wiring.edgesInto(at(old, number));
    inStart[number + 1] = at(inStart, number) + edges.length;
    for (const edge of edges) {
      if (edge.kind === OPTIONAL) continue;
      counts[number] = at(counts, number) + 1;
      const from = at(numbers, edge.from) + 1;
      outStart[from] = at(outStart, from) + 1;
    }
  }
  for (let number = 0; number < size; number++) outStart[number + 1] = at(outStart, number + 1) + at(outStart, number);
  const ins = new Int32Array(at(inStart, size));
  const inKinds = new Uint8Array(ins.length);
  const outs = new Int32Array(at(outStart, size));
  const outKinds = new Uint8Array(outs.length);
  const cursor = outStart.slice();
  let slot = 0;
  for (let number = 0; number < size; number++) {
    for (const edge of wiring.edgesInto(at(old, number))) {
      const from = at(numbers, edge.from);
      ins[slot] = from;
      inKinds[slot++] = edge.kind;
      if (edge.kind === OPTIONAL) continue;
      const out = at(cursor, from);
      outs[out] = number;
      outKinds[out] = edge.kind;
      cursor[from] = out + 1;
    }
  }
  const initial = Array.from(counts, (count) => count * OPEN_EDGE);
  return { initial, outStart, outs, outKinds, inStart, ins, inKinds };
}

function isConditional({ spec }: TemplateStep): boolean {
  return spec.conditions !== undefined || spec.mergedConditions.length > 0;
}

function blanksOf(roots: readonly number[], workCount: number, regions: readonly Region[]): Blanks {
  return {
    queue: [...roots, ...new Array<number>(workCount - roots.length).fill(0)],
    values: new Array<undefined>(workCount).fill(undefined),
    left: regions.map((region) => region.workCount),
    history: new Array<number>(2 * workCount).fill(0),
  };
}

function stepOf(spec: StepSpec, tier: number, ownEdges: number, registry: Settings): TemplateStep {
  const { process, name, description, tags } = spec;
  const path = process.home === undefined ? spec.path : name;
  const settings = settingsOf(spec, registry);
  const [retry, timeoutMs] = [settings.retry.value, settings.timeoutMs.value];
  return { path, process: (process.home ?? process).name, name, region: process.index + 1, tier, always: spec.kind === 'always', retry, timeoutMs, description, tags, ownEdges, spec };
}

function regionsOf(flow: FlowSpec, { works }: Wiring, settings: Settings): readonly Region[] {
  const generated = [...works.values()];
  const whole: Region = { name: flow.name, limit: flow.limit ?? Infinity, timeoutMs: flow.flowTimeoutMs, workCount: flow.stepCount + generated.length };
  const processes = flow.processes.map((process) => ({
    name: process.name,
    limit: process.limit ?? Infinity,
    workCount: process.steps.length + generated.filter(({ region }) => region === process.index + 1).length,
    timeoutMs: processTimeoutOf(process, settings).value,
  }));
  return [whole, ...processes];
}

function at(array: Int32Array, index: number): number {
  return array[index] as number; // every caller stays inside the array
}

