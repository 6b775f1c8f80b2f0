import type { FlowSpec, ProcessSpec, StepSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';
import { SUCCESS } from './edges.ts';
import { Moments } from './moments.ts';
import { Resolver, type Resolved } from './resolve.ts';
import { type InEdge, Wiring } from './wiring.ts';

/** Makes nodes and edges of a definition; what does not fit goes into `issues`. */
export function wire(flow: FlowSpec, issues: DefinitionIssue[]): Wiring {
  const wiring = new Wiring(flow);
  const moments = new Moments(wiring, issues);
  reportDuplicateProcesses(flow, issues);
  for (const process of flow.processes) wireSteps(process, wiring, moments, issues);
  const ends = new Map<ProcessSpec, readonly InEdge[]>();
  for (const process of flow.processes) {
    if (process.after.length > 0) orderProcess(process, wiring, moments, ends);
  }
  for (const process of flow.processes) wireAlways(process, wiring, moments);
  return wiring;
}

function wireSteps(process: ProcessSpec, wiring: Wiring, moments: Moments, issues: DefinitionIssue[]): void {
  const resolver = new Resolver(process, issues);
  const timings = process.steps.map((step) => step.timings.map((timing) => resolver.resolve(step, timing)));
  process.steps.forEach((step, position) => {
    const edges = (timings[position] ?? []).flatMap((timing) => (timing === undefined ? [] : moments.edges(step, timing)));
    wiring.connect(step.index, edges);
    if (step.kind === 'sync-all') {
      const leaves = leavesBefore(step, timings);
      if (leaves.length > 0) wiring.connect(step.index, [moments.wentWell(leaves)]);
    }
  });
}

/** The steps that were registered before `step` and that no timing which was there at that time waits for. */
function leavesBefore(step: StepSpec, timings: readonly (readonly (Resolved | undefined)[])[]): readonly StepSpec[] {
  const { steps } = step.process;
  const waitedFor = new Set<StepSpec>();
  const earlier = steps.filter((other) => other.bornAt < step.bornAt && other.kind !== 'always');
  steps.forEach((other, position) => {
    if (other.bornAt >= step.bornAt) return;
    timings[position]?.forEach((timing, at) => {
      if (timing !== undefined && (other.timedAt[at] ?? Infinity) < step.bornAt) collect(timing, waitedFor);
    });
  });
  return earlier.filter((other) => !waitedFor.has(other));
}

function collect(timing: Resolved, into: Set<StepSpec>): void {
  if (timing.kind === 'step') into.add(timing.step);
  else for (const part of timing.of) collect(part, into);
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
  const others = process.steps.filter((step) => step.kind !== 'always');
  const ended = [...others, ...allBefore(process).flatMap((other) => other.steps)];
  if (ended.length === 0) return;
  const moment = moments.ended(ended);
  for (const step of always) wiring.connect(step.index, [moment]);
}

/** The processes that a process is ordered after, directly or through others. */
function allBefore(process: ProcessSpec): readonly ProcessSpec[] {
  const before = new Set<ProcessSpec>();
  const open = [...process.after];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === process || before.has(next)) continue;
    before.add(next);
    open.push(...next.after);
  }
  return [...before];
}

function reportDuplicateProcesses(flow: FlowSpec, issues: DefinitionIssue[]): void {
  const names = new Set<string>();
  for (const { name } of flow.processes) {
    if (names.has(name)) {
      issues.push({ code: 'duplicate-process', message: `process '${name}' is defined twice in flow '${flow.name}'; give each process its own name`, at: name });
    }
    names.add(name);
  }
}

