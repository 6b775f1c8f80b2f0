import type { Outcome, ProcessOutcome, RunOutcome } from '../define/outcome.ts';
import type { FlowResult, StepFailure } from '../define/run.ts';
import type { TemplateStep } from '../graph/template.ts';
import { FAILED, PASSED_ON, SUCCEEDED } from './kernel/cells.ts';
import { ownFailure } from './failures.ts';
import type { Kernel } from './kernel/kernel.ts';
import { outcomeOf } from './outcomes.ts';

/** How a step ended, or callbacks that did not go well. */
export interface NodeData {
  readonly path: string;
  readonly outcome: Outcome;
  /** Of a composite step that failed because of what is inside of it: what failed there. */
  readonly inside?: readonly StepFailure[];
  /** Of a step that was passed over: whether what waits for it was too. */
  readonly cascades?: true;
  /** What its function is called, if not like the step; `null` if it has none. */
  readonly run?: string | null;
  /** The steps that were merged into it, each by the name of its flow and its path. */
  readonly origins?: readonly (readonly [flow: string, path: string])[];
}

/** A result as plain data, but for values and errors. */
export interface ResultData {
  readonly runId: string;
  readonly flow: string;
  /** Of a flow that was called: what its paths begin with where they are those of the whole run. */
  readonly place?: string;
  readonly status: RunOutcome;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reason?: unknown;
  readonly processes: readonly { readonly name: string; readonly status: ProcessOutcome; readonly reason?: unknown }[];
  /** In graph order. */
  readonly steps: readonly NodeData[];
  /** The callbacks around processes and the flow that did not go well. */
  readonly callbacks: readonly NodeData[];
  readonly abandoned: readonly string[];
  /** Of each step that was at work: its number, its start and its end. */
  readonly timeline: readonly (readonly [step: number, start: number, end: number])[];
}

/** Returns all that a result can tell. */
export function resultData(result: FlowResult, kernel: Kernel): ResultData {
  const { runId, flow, status, startedAt, endedAt, reason, abandoned } = result;
  const { template, place } = kernel;
  const numbers = new Map(template.steps.map(({ path }, node) => [path, node]));
  return {
    runId,
    flow,
    ...(place !== undefined && { place }),
    status,
    startedAt,
    endedAt,
    ...(reason !== undefined && { reason }),
    processes: template.regions.slice(1).map(({ name }) => {
      const process = result.process(name);
      return { name, status: process.status, ...(process.reason !== undefined && { reason: process.reason }) };
    }),
    steps: template.steps.map((step, node) => stepData(kernel, step, node)),
    callbacks: template.works.flatMap(({ path }, at) => {
      const node = template.stepCount + at;
      return kernel.state(node) === SUCCEEDED ? [] : [{ path, outcome: outcomeOf(kernel, node) }];
    }),
    abandoned,
    timeline: result.timeline.map(({ path, start, end }) => [numbers.get(path) as number, start, end] as const), // it holds steps only
  };
}

function stepData(kernel: Kernel, { path, name, spec }: TemplateStep, node: number): NodeData {
  const run = kernel.template.bodies[node]?.name ?? null;
  const inside = kernel.insides?.get(node);
  const origins = spec.origins.map((origin) => [origin.process.flow.name, origin.path] as const);
  return {
    path,
    outcome: outcomeOf(kernel, node),
    ...(inside !== undefined && kernel.state(node) === FAILED && { inside: inside.map((failure) => ownFailure(failure, kernel.place)) }),
    ...(kernel.state(node) === PASSED_ON && { cascades: true }),
    ...(run !== name && { run }),
    ...(origins.length > 0 && { origins }),
  };
}
