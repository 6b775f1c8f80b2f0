import type { Durability } from './durability.ts';
import { FlowError } from '../errors.ts';
import { CallbackList } from './callback-list.ts';
import type { Records } from './records.ts';
import type { ConditionGroups } from './condition.ts';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { AnyStepFunction, Ref } from './refs.ts';
import type { Retry } from './retry-policy.ts';
import type { Timing } from './timing.ts';

/** What can be configured at step, process, flow and registry level; `undefined` means inherited. */
export interface StepSettings {
  retry: Retry | undefined;
  timeoutMs: number | undefined;
}

/** What a registry says about all its flows. */
export class RegistrySpec {
  readonly callbacks: CallbackList = new CallbackList();
  records: Records | undefined = undefined;
  /** Counts its changes: flows that were compiled before one are compiled again for their next run. */
  version = 0;
}

/** What a merged step of another process said, and where; that process may change afterwards without an effect here. */
export interface MergedSettings extends Readonly<StepSettings> {
  readonly flow: string;
  readonly path: string;
}

/** Everything a builder collected about one step. The graph reads it, nothing else may. */
export class StepSpec implements StepSettings {
  readonly process: ProcessSpec;
  readonly name: string;
  /** Replaced when a step that came by `merge` is registered again. */
  run: AnyStepFunction;
  readonly kind: 'step' | 'sync-all' | 'always';
  /** The position among all steps of the flow, in the order of registration; only {@link FlowSpec.remove} changes it. */
  index: number;
  /** When it was registered, counted in changes of the process: `syncAll` sees what was there before it. */
  readonly bornAt: number;
  readonly timings: Timing[] = [];
  /** When each of `timings` was added, in the same count. */
  readonly timedAt: number[] = [];
  /** The step made by `syncAll` whose timings `same` took over. */
  likeSyncAll: StepSpec | undefined = undefined;
  /** The refs of the only steps from which keys are read. */
  restrictions: Map<unknown, unknown> | undefined = undefined;
  retry: Retry | undefined = undefined;
  timeoutMs: number | undefined = undefined;
  /** The steps of other processes that were merged into it: their handles mean it where they themselves are not. */
  origins: readonly StepSpec[] = [];
  /** What merged steps said, in the order of the merges. */
  mergedSettings: readonly MergedSettings[] = [];
  /** Groups of conditions; the last one may still grow. */
  conditions: ConditionGroups | undefined = undefined;
  /** The groups that came by `merge`: of each, a group has to be true as well. */
  mergedConditions: readonly ConditionGroups[] = [];
  /** The exceptions of `skipWithDependents`, if it was called. */
  cascade: readonly Ref[] | undefined = undefined;
  description = '';
  tags: readonly string[] = [];
  callbacks: CallbackList | undefined = undefined;
  /** What it does, if it is more than a function. */
  composite: CompositeSpec | undefined = undefined;

  constructor(process: ProcessSpec, name: string, run: AnyStepFunction, kind: 'step' | 'sync-all' | 'always') {
    this.process = process;
    this.name = name;
    this.run = run;
    this.kind = kind;
    this.index = process.flow.stepCount++;
    this.bornAt = process.changes++;
  }

  get path(): string {
    return `${this.process.name}/${this.name}`;
  }

  addTimings(timings: readonly Timing[]): void {
    for (const timing of timings) {
      this.timings.push(timing);
      this.timedAt.push(this.process.changes);
    }
    if (timings.length > 0) this.process.changes++;
  }
}

/** Which body of which composite step a scope is. */
export interface Inside {
  /** Where the composite step is. */
  readonly scope: ProcessSpec;
  /** The name of the composite step. */
  readonly step: string;
  readonly which: 'body' | 'otherwise';
}

/** Everything a builder collected about one process, or about the body of a composite step, whose name is then its path. */
export class ProcessSpec implements StepSettings {
  readonly flow: FlowSpec;
  readonly inside: Inside | undefined;
  /** The process that a body belongs to, directly or not: what that says of steps holds here too. */
  readonly home: ProcessSpec | undefined;
  /** Whether each item follows the one before it. */
  readonly isSequence: boolean;
  readonly name: string;
  /** The position in the flow; only {@link FlowSpec.remove} changes it. */
  index: number;
  readonly steps: StepSpec[] = [];
  readonly after: ProcessSpec[] = [];
  readonly callbacks: CallbackList = new CallbackList();
  /** The steps that came by `merge`, by name: they may be registered again. */
  readonly merged: Map<string, StepSpec> = new Map<string, StepSpec>();
  changes = 0;
  /** Set when the function that fills a body has ended: nothing is registered afterwards. */
  isClosed = false;
  retry: Retry | undefined = undefined;
  timeoutMs: number | undefined = undefined;
  processTimeoutMs: number | undefined = undefined;
  limit: number | undefined = undefined;
  description = '';

  constructor(flow: FlowSpec, name: string, isSequence = false, inside?: Inside) {
    this.flow = flow;
    this.name = name;
    this.index = flow.processes.length;
    this.isSequence = isSequence;
    this.inside = inside;
    this.home = inside === undefined ? undefined : (inside.scope.home ?? inside.scope);
  }

  addStep(name: string, run: AnyStepFunction, kind: 'step' | 'sync-all' | 'always', timings: readonly Timing[]): StepSpec {
    this.assertOpen();
    const merged = this.mergedStep(name, kind);
    const step = merged ?? new StepSpec(this, name, run, kind);
    step.run = run;
    step.composite = undefined;
    step.addTimings(timings);
    if (merged === undefined) this.steps.push(step);
    return step;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Throws when nothing may be registered any more. */
  assertOpen(): void {
    this.flow.assertOpen();
    if (!this.isClosed) return;
    throw new FlowError('frozen', `${titleOf(this)} is complete, because the function that fills it has ended; register all of its steps there`);
  }

  /** The step that a registration would replace the function of: one that came by `merge`. An `always` step stays one. */
  mergedStep(name: string, kind: StepSpec['kind']): StepSpec | undefined {
    const merged = this.merged.get(name);
    return merged !== undefined && (merged.kind === 'always') === (kind === 'always') ? merged : undefined;
  }
}

/** Everything a builder collected about one flow. */
export class FlowSpec implements StepSettings {
  readonly name: string;
  readonly schema: StandardSchemaV1 | undefined;
  readonly processes: ProcessSpec[] = [];
  readonly registry: RegistrySpec;
  readonly callbacks: CallbackList = new CallbackList();
  stepCount = 0;
  /** Set by the first `compile` or run; nothing may change afterwards. */
  frozen = false;
  retry: Retry | undefined = undefined;
  timeoutMs: number | undefined = undefined;
  processTimeoutMs: number | undefined = undefined;
  flowTimeoutMs: number | undefined = undefined;
  limit: number | undefined = undefined;
  durability: Durability | undefined = undefined;
  description = '';

  /** The flow that a body belongs to, directly or not. */
  readonly outer: FlowSpec | undefined;

  constructor(name: string, schema: StandardSchemaV1 | undefined, registry: RegistrySpec = new RegistrySpec(), outer?: FlowSpec) {
    this.name = name;
    this.schema = schema;
    this.registry = registry;
    this.outer = outer;
  }

  /** Takes a process away, as if it had never been there. */
  remove(process: ProcessSpec): void {
    process.close();
    this.processes.splice(this.processes.indexOf(process), 1);
    this.processes.forEach((other, index) => {
      other.index = index;
      if (other.after.includes(process)) other.after.splice(other.after.indexOf(process), 1);
    });
    const steps = this.processes.flatMap((other) => other.steps).sort((a, b) => a.index - b.index);
    steps.forEach((step, index) => (step.index = index));
    this.stepCount = steps.length;
  }

  /** Throws when the first `compile` or run has frozen the definition. */
  assertOpen(): void {
    if ((this.outer ?? this).frozen) {
      throw new FlowError('frozen', `flow '${this.name}' is frozen, because it was compiled or run; define all of it before`);
    }
  }
}

/** A scope as messages show it. */
export function titleOf({ name, inside }: ProcessSpec): string {
  if (inside === undefined) return `process '${name}'`;
  return `the ${inside.which === 'body' ? '' : 'other '}body of '${inside.scope.name}/${inside.step}'`;
}

/** A function of the user that is not the work of a step: it decides, or makes what a step waits for or goes through. */
export type RoleFunction = (s: never, ...more: readonly never[]) => unknown;

/** The body of a composite step: a flow of its own, with one process. */
export interface BodySpec {
  readonly flow: FlowSpec;
  readonly process: ProcessSpec;
  /** The step whose value becomes that of the whole. */
  readonly value: StepSpec | undefined;
  /** What stands for the item and its position in the body of a `forEach`. */
  readonly item: object;
  readonly index: object;
}

/** What a composite step does. */
export type CompositeSpec =
  | { readonly kind: 'waitFor'; readonly condition: RoleFunction; readonly everyMs: number; readonly timeoutMs: number | undefined }
  | { readonly kind: 'signal'; readonly schema: StandardSchemaV1 | undefined; readonly timeoutMs: number | undefined }
  /** `time` is milliseconds, or what makes a duration or a moment. */
  | { readonly kind: 'sleep'; readonly isMoment: boolean; readonly time: number | RoleFunction }
  | { readonly kind: 'group'; readonly body: BodySpec }
  | { readonly kind: 'case'; readonly condition: RoleFunction; readonly body: BodySpec; readonly otherwise: BodySpec | undefined }
  | { readonly kind: 'loop'; readonly body: BodySpec; readonly until: RoleFunction; readonly max: number; readonly everyMs: number }
  | { readonly kind: 'retry'; readonly body: BodySpec; readonly policy: Retry | RoleFunction }
  | ForEachSpec
  | { readonly kind: 'call'; readonly flow: FlowSpec; readonly mapInput: RoleFunction };

/** A body for each item. */
export interface ForEachSpec {
  readonly kind: 'forEach';
  readonly body: BodySpec;
  /** A list, a function that makes one, or a step whose value is one. */
  readonly items: Iterable<unknown> | RoleFunction | StepSpec;
  readonly concurrency: number | undefined;
  readonly isCollecting: boolean;
  /** Whether the function that makes the items leaves out those that are known. */
  readonly isResumed: boolean;
  readonly key: RoleFunction | undefined;
}
