import type { ProcessOutcome } from '../define/outcome.ts';
import type { CallbackError } from '../errors.ts';
import type { TemplateWork } from '../graph/template.ts';
import { type CallbackErrors, progressAt, runChain, type Units } from './chain-run.ts';
import type { ContextRun } from './context.ts';
import { FIRST_OUTCOME, SUCCEEDED } from './kernel/cells.ts';
import { processStatusOf, statusOf } from './outcomes.ts';
import type { Recorder } from './recorder.ts';
import { type Reopening, sinceOf } from './restored.ts';
import { FlowScope, ProcessScope } from './scopes.ts';

/** What generated nodes need of their run. */
export interface GeneratedRun extends ContextRun, CallbackErrors {
  readonly recorder: Recorder | undefined;
}

/**
 * Does the work of a generated node: the callbacks and the record at one end of a process or the flow. The callbacks after what
 * never began do not run.
 *
 * @param begun - the nodes before what has begun
 * @throws CallbackError - rejects when a `must` callback failed
 */
export async function runGenerated(run: GeneratedRun, node: number, begun: Set<number>, reopening: Reopening | undefined): Promise<void> {
  const work = run.kernel.template.works[node - run.kernel.template.stepCount] as TemplateWork; // only generated nodes come here
  if (work.end === 'before') await begin(run, node, work, begun, reopening);
  else if (begun.has(work.before)) await finish(run, node, work);
}

async function begin(run: GeneratedRun, node: number, work: TemplateWork, begun: Set<number>, reopening: Reopening | undefined): Promise<void> {
  begun.add(node);
  await insert(run, node, work);
  const from = reopening?.from && progressAt(work.chain, reopening.from);
  thrown(await runChain(work.chain, unitsOf(run, work, true), node, contextOf(run, node, work), undefined, from));
}

/** Inserts the record of a unit, unless that was done before the run was interrupted. */
async function insert(run: GeneratedRun, node: number, work: TemplateWork): Promise<void> {
  if (!isKnown(run, node, work)) await run.recorder?.insert(kindOf(work), node, nameOf(run, work), facts(run, work, 'running'));
}

function isKnown(run: GeneratedRun, node: number, work: TemplateWork): boolean {
  const startedAt = sinceOf(run.restored, node);
  if (startedAt !== undefined) run.recorder?.known(kindOf(work), node, nameOf(run, work), facts(run, work, 'running'), startedAt);
  return startedAt !== undefined;
}

/**
 * Returns the nodes before what had begun when the run was interrupted. The records of those processes and of the flow are still to be
 * updated, unless they had ended.
 */
export function begunBefore(run: GeneratedRun): Set<number> {
  const { works, stepCount } = run.kernel.template;
  if (works.length === 0) return new Set();
  const past = (run.restored?.past.nodes ?? []).flatMap(({ node, state }) => {
    const work = works[node - stepCount];
    return work === undefined ? [] : [{ node, work, isDone: state === SUCCEEDED }];
  });
  const ended = new Set(past.flatMap(({ work, isDone }) => (work.end === 'after' && isDone ? [work.before] : [])));
  const begun = past.filter(({ work }) => work.end === 'before');
  for (const { node, work, isDone } of begun) if (isDone && !ended.has(node)) isKnown(run, node, work);
  return new Set(begun.map(({ node }) => node));
}

async function finish(run: GeneratedRun, node: number, work: TemplateWork): Promise<void> {
  const status = statusNow(run, work);
  const hasBegun = run.kernel.state(work.before) === SUCCEEDED;
  const failure = await runChain(work.chain, unitsOf(run, work, hasBegun), node, contextOf(run, node, work), status);
  const finished = failure === undefined ? statusNow(run, work) : 'failed';
  if (run.kernel.state(node) < FIRST_OUTCOME) await run.recorder?.update(work.before, facts(run, work, finished));
  thrown(failure);
}

function unitsOf(run: GeneratedRun, work: TemplateWork, hasBegun: boolean): Units {
  return { errors: run, hasBegun: () => hasBegun, isOpen: (node) => run.kernel.state(node) < FIRST_OUTCOME, pathOf: () => nameOf(run, work) };
}

function contextOf(run: GeneratedRun, node: number, work: TemplateWork): FlowScope | ProcessScope {
  return work.region === 0 ? new FlowScope(run, node, work) : new ProcessScope(run, node, work);
}

function statusNow({ kernel }: GeneratedRun, { region }: TemplateWork): ProcessOutcome {
  return region === 0 ? statusOf(kernel) : processStatusOf(kernel, region);
}

function kindOf({ region }: TemplateWork): 'flow' | 'process' {
  return region === 0 ? 'flow' : 'process';
}

function nameOf({ kernel }: GeneratedRun, { region }: TemplateWork): string {
  return kernel.template.regions[region]?.name ?? '';
}

function facts(run: GeneratedRun, work: TemplateWork, status: 'running' | ProcessOutcome): object {
  const unit = { runId: run.id, flow: run.kernel.template.flow, status };
  return work.region === 0 ? unit : { process: nameOf(run, work), ...unit };
}

function thrown(failure: CallbackError | undefined): void {
  if (failure !== undefined) throw failure;
}
