import { Leaves } from '../define/leaves.ts';
import type { FlowSpec, ProcessSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';
import { checkCallbacks } from './chains.ts';
import { SETTLED, SUCCESS } from './edges.ts';
import { Moments } from './moments.ts';
import { allBefore, checkProcesses } from './process-order.ts';
import { Resolver, waitedFor } from './resolve.ts';
import { type InEdge, Wiring } from './wiring.ts';
import { Works } from './works.ts';

/** Makes nodes and edges of a definition; what does not fit goes into `issues`. */
export function wire(flow: FlowSpec, issues: DefinitionIssue[]): Wiring {
  const wiring = new Wiring(flow);
  const moments = new Moments(wiring, issues);
  checkCallbacks(flow, issues);
  for (const process of flow.processes) wireSteps(process, wiring, moments, issues);
  const orderly = checkProcesses(flow, issues);
  const works = new Works(flow, wiring);
  const ends = new Ends(moments, works);
  for (const process of orderly) {
    if ([...allBefore(process)].every((other) => orderly.has(other))) orderProcess(process, wiring, ends, works);
  }
  for (const process of flow.processes) wireAlways(process, wiring, moments, works);
  if (issues.length === 0) works.end(flow, moments);
  return wiring;
}

function wireSteps(process: ProcessSpec, wiring: Wiring, moments: Moments, issues: DefinitionIssue[]): void {
  const resolver = new Resolver(process, issues);
  const timings = process.steps.map((step) => step.timings.map((timing) => resolver.resolve(step, timing)));
  const leaves = new Leaves(process, (position, at) => waitedFor(timings[position]?.[at]));
  process.steps.forEach((step, position) => {
    const edges = (timings[position] ?? []).flatMap((timing) => (timing === undefined ? [] : moments.edges(step, timing)));
    const joined = leaves.of(step);
    wiring.connect(step.index, joined.length === 0 ? edges : [...edges, moments.wentWell(joined)]);
    wiring.own[step.index] = wiring.edgesInto(step.index).length;
  });
}

/**
 * Lets a process wait for the ends of others and for its callbacks. Steps that already wait for the success of a sibling are held
 * back by it; every other one could start or be decided without its siblings, so it waits itself.
 */
function orderProcess(process: ProcessSpec, wiring: Wiring, ends: Ends, works: Works): void {
  const before = process.after.flatMap((other) => ends.of(other));
  works.begin(process, before);
  const first = [...before, ...works.beginning(process)];
  if (first.length === 0) return;
  const plain = process.steps.every((step) => wiring.edgesInto(step.index).every((edge) => edge.kind === SUCCESS && edge.from < wiring.stepCount));
  for (const step of process.steps) {
    if (step.kind === 'always') continue;
    if (!plain || wiring.edgesInto(step.index).length === 0) wiring.connect(step.index, first);
  }
}

/** The ends of processes, worked out once for each. An empty process ends when the processes that it is ordered after do. */
class Ends {
  readonly #moments: Moments;
  readonly #works: Works;
  readonly #known = new Map<ProcessSpec, readonly InEdge[]>();

  constructor(moments: Moments, works: Works) {
    this.#moments = moments;
    this.#works = works;
  }

  of(process: ProcessSpec): readonly InEdge[] {
    const known = this.#known.get(process);
    if (known !== undefined) return known;
    this.#known.set(process, []);
    const steps = process.steps.length > 0 ? [this.#moments.wentWell(process.steps)] : process.after.flatMap((other) => this.of(other));
    const end = [...steps, ...this.#works.ending(process)];
    this.#known.set(process, end);
    return end;
  }
}

/** Always-steps wait until all others of their process have ended, and all steps of the processes that go before it. */
function wireAlways(process: ProcessSpec, wiring: Wiring, moments: Moments, works: Works): void {
  const always = process.steps.filter((step) => step.kind === 'always');
  if (always.length === 0) return;
  for (const step of always) wiring.connect(step.index, works.beginning(process).map(({ from }) => ({ from, kind: SETTLED })));
  const before = [...allBefore(process)].filter((other) => other !== process);
  const others = [...process.steps.filter((step) => step.kind !== 'always'), ...before.flatMap((other) => other.steps)];
  if (others.length === 0) return;
  const ended = moments.ended(others);
  for (const step of always) wiring.connect(step.index, [ended]);
}
