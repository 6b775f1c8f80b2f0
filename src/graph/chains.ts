import type { CallbackKind, CallbackList, CallbackSpec } from '../define/callback-list.ts';
import { hint } from '../define/nearest.ts';
import type { FlowSpec, ProcessSpec, StepSpec } from '../define/spec.ts';
import { allSteps } from '../define/bodies.ts';
import type { DefinitionIssue } from '../errors.ts';

/** The callbacks of one level that are for one unit. */
export interface Level {
  readonly name: 'registry' | 'flow' | 'process' | 'step';
  readonly callbacks: readonly CallbackSpec[];
}

/** The callbacks of one unit that run at one end of it, level by level. Levels without any are left out. */
export type Chain = readonly Level[];

/** The callbacks around one unit. */
export interface Chains {
  readonly before: Chain;
  readonly after: Chain;
}

/** A generated node: the callbacks before or after a process, or the flow (region 0). */
export interface Work {
  readonly region: number;
  readonly end: 'before' | 'after';
  readonly chain: Chain;
}

export const noChains: Chains = { before: [], after: [] };

type Lists = readonly (readonly [Level['name'], CallbackList])[];

/** The callbacks around a flow. */
export function chainsOfFlow(flow: FlowSpec): Chains {
  return around(listsOfFlow(flow), 'Flow', flow.name);
}

/** The callbacks around a process. */
export function chainsOfProcess(process: ProcessSpec): Chains {
  return around(listsOfProcess(process), 'Process', process.name);
}

/** Finds the callbacks around the steps of a process; steps for which no filter makes a difference share one answer. */
export function chainsOfSteps(process: ProcessSpec): (step: StepSpec) => Chains {
  const lists = listsOfProcess(process.home ?? process);
  const filtered = lists.some(([, { specs }]) => specs.some(({ kind, onlyFor, notFor }) => isOf(kind, 'Step') && (onlyFor ?? notFor) !== undefined));
  const shared = filtered ? undefined : around(lists, 'Step', '');
  return (step) => {
    if (step.callbacks !== undefined) return around([...lists, ['step', step.callbacks]], 'Step', step.name);
    return shared ?? around(lists, 'Step', step.name);
  };
}

/** Reports filters that name what does not exist; what a registry's callbacks are for is not known here. */
export function checkCallbacks(flow: FlowSpec, issues: DefinitionIssue[]): void {
  const processes = flow.processes.map(({ name }) => name);
  if (flow.outer !== undefined) return; // callbacks belong to processes, and are checked there
  const steps = flow.processes.flatMap((process) => allSteps(process).map(({ name }) => name));
  check(flow.callbacks, { Flow: [flow.name], Process: processes, Step: steps }, `flow '${flow.name}'`, flow.name, issues);
  for (const process of flow.processes) {
    const own = allSteps(process).map(({ name }) => name);
    check(process.callbacks, { Flow: [], Process: [process.name], Step: own }, `process '${process.name}'`, process.name, issues);
    for (const step of allSteps(process)) {
      if (step.callbacks !== undefined) check(step.callbacks, { Flow: [], Process: [], Step: [step.name] }, `step '${step.name}'`, step.path, issues);
    }
  }
}

function check(list: CallbackList, known: Record<Unit, readonly string[]>, level: string, at: string, issues: DefinitionIssue[]): void {
  for (const { kind, onlyFor = [], notFor = [] } of list.specs) {
    const unit = unitOf(kind);
    const names = new Set(known[unit]);
    for (const name of [...onlyFor, ...notFor]) {
      if (names.has(name)) continue;
      const what = unit.toLowerCase();
      const message = `${kind} of ${level} is filtered by ${what} '${name}', which it is never about${hint(name, names, `give names of its ${what === 'process' ? 'processes' : `${what}s`}`)}`;
      issues.push({ code: unit === 'Process' ? 'unknown-process' : unit === 'Step' ? 'unknown-step' : 'unknown-flow', message, at });
    }
  }
}

type Unit = 'Flow' | 'Process' | 'Step';

function unitOf(kind: CallbackKind): Unit {
  return isOf(kind, 'Step') ? 'Step' : isOf(kind, 'Process') ? 'Process' : 'Flow';
}

function isOf(kind: CallbackKind, unit: Unit): boolean {
  return kind.endsWith(unit);
}

function listsOfFlow(flow: FlowSpec): Lists {
  return [...(flow.callbacks.withoutDefaults ? [] : [['registry', flow.registry.callbacks] as const]), ['flow', flow.callbacks]];
}

function listsOfProcess(process: ProcessSpec): Lists {
  const lists = listsOfFlow(process.flow);
  return [...(process.callbacks.withoutDefaults ? lists.filter(([name]) => name !== 'registry') : lists), ['process', process.callbacks]];
}

function around(lists: Lists, unit: Unit, name: string): Chains {
  const before = chain(lists, `before${unit}`, name);
  const after = chain(lists, `after${unit}`, name);
  return before.length === 0 && after.length === 0 ? noChains : { before, after };
}

function chain(lists: Lists, kind: CallbackKind, name: string): Chain {
  return lists.flatMap(([level, { specs }]) => {
    const callbacks = specs.filter((spec) => spec.kind === kind && spec.onlyFor?.includes(name) !== false && spec.notFor?.includes(name) !== true);
    return callbacks.length === 0 ? [] : [{ name: level, callbacks }];
  });
}
