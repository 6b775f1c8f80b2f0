import { Leaves } from '../define/leaves.ts';
import type { FlowSpec, ProcessSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';
import { SUCCESS } from './edges.ts';
import { Moments } from './moments.ts';
import { allBefore, checkProcesses } from './process-order.ts';
import { Resolver, waitedFor } from './resolve.ts';
import { type InEdge, Wiring } from './wiring.ts';

/** Makes nodes and edges of a definition; what does not fit goes into `issues`. */
export function wire(flow: FlowSpec, issues: DefinitionIssue[]): Wiring {
  const wiring = new Wiring(flow);
  const moments = new Moments(wiring, issues);
  for (const process of flow.processes) wireSteps(process, wiring, moments, issues);
  const orderly = checkProcesses(flow, issues);
  const ends = new Map<ProcessSpec, readonly InEdge[]>();
  for (const process of orderly) {
    if (process.after.length > 0 && [...allBefore(process)].every((other) => orderly.has(other))) orderProcess(process, wiring, moments, ends);
  }
  for (const process of flow.processes) wireAlways(process, wiring, moments);
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
 * Lets a process wait for the ends of others. Steps that already wait for the success of a sibling are held back by it;
 * every other one could start or be decided without its siblings, so it waits itself.
 */
function orderProcess(process: ProcessSpec, wiring: Wiring, moments: Moments, ends: Map<ProcessSpec, readonly InEdge[]>): void {
  const before = process.after.flatMap((other) => endOf(other, moments, ends));
  const plain = process.steps.every((step) => wiring.edgesInto(step.index).every((edge) => edge.kind === SUCCESS && edge.from < wiring.stepCount));
  for (const step of process.steps) {
    if (step.kind === 'always') continue;
    if (!plain || wiring.edgesInto(step.index).length === 0) wiring.connect(step.index, before);
  }
}

/** The end of a process; an empty one ends when the processes that it is ordered after do. */
function endOf(process: ProcessSpec, moments: Moments, ends: Map<ProcessSpec, readonly InEdge[]>): readonly InEdge[] {
  const known = ends.get(process);
  if (known !== undefined) return known;
  ends.set(process, []);
  const end = process.steps.length > 0 ? [moments.wentWell(process.steps)] : process.after.flatMap((other) => endOf(other, moments, ends));
  ends.set(process, end);
  return end;
}

/** Always-steps wait until all others of their process have ended, and all steps of the processes that go before it. */
function wireAlways(process: ProcessSpec, wiring: Wiring, moments: Moments): void {
  const always = process.steps.filter((step) => step.kind === 'always');
  if (always.length === 0) return;
  const before = [...allBefore(process)].filter((other) => other !== process);
  const others = [...process.steps.filter((step) => step.kind !== 'always'), ...before.flatMap((other) => other.steps)];
  if (others.length === 0) return;
  const ended = moments.ended(others);
  for (const step of always) wiring.connect(step.index, [ended]);
}
