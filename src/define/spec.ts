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
  /** The position among all steps of the flow, in the order of registration. */
  readonly index: number;
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

/** Everything a builder collected about one process. */
export class ProcessSpec implements StepSettings {
  readonly flow: FlowSpec;
  readonly name: string;
  readonly index: number;
  readonly steps: StepSpec[] = [];
  readonly after: ProcessSpec[] = [];
  readonly callbacks: CallbackList = new CallbackList();
  /** The steps that came by `merge`, by name: they may be registered again. */
  readonly merged: Map<string, StepSpec> = new Map<string, StepSpec>();
  changes = 0;
  retry: Retry | undefined = undefined;
  timeoutMs: number | undefined = undefined;
  processTimeoutMs: number | undefined = undefined;
  limit: number | undefined = undefined;
  description = '';

  constructor(flow: FlowSpec, name: string) {
    this.flow = flow;
    this.name = name;
    this.index = flow.processes.length;
  }

  addStep(name: string, run: AnyStepFunction, kind: 'step' | 'sync-all' | 'always', timings: readonly Timing[]): StepSpec {
    this.flow.assertOpen();
    const merged = this.mergedStep(name, kind);
    const step = merged ?? new StepSpec(this, name, run, kind);
    step.run = run;
    step.addTimings(timings);
    if (merged === undefined) this.steps.push(step);
    return step;
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

  constructor(name: string, schema: StandardSchemaV1 | undefined, registry: RegistrySpec = new RegistrySpec()) {
    this.name = name;
    this.schema = schema;
    this.registry = registry;
  }

  /** Throws when the first `compile` or run has frozen the definition. */
  assertOpen(): void {
    if (this.frozen) {
      throw new FlowError('frozen', `flow '${this.name}' is frozen, because it was compiled or run; define all of it before`);
    }
  }
}
