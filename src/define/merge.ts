import { AmbiguousStepError, FlowError, UnknownStepError } from '../errors.ts';
import { allSteps, bodiesOf } from './bodies.ts';
import { copyBodies, findBodies, type Places } from './body-copies.ts';
import { CallbackList } from './callback-list.ts';
import type { ConditionGroups } from './condition.ts';
import { Handle } from './handle.ts';
import { hint } from './nearest.ts';
import type { Ref } from './refs.ts';
import { shown } from './shown.ts';
import { type ProcessSpec, StepSpec } from './spec.ts';
import { StepIndex } from './step-index.ts';
import { keyOf, leavesNow, TimingCopies } from './timing-copies.ts';
import type { Timing } from './timing.ts';
import { Token } from './token.ts';

/** Copies the steps of a process, as they are now, into another one. */
export function merge(source: ProcessSpec, target: ProcessSpec): MergedSteps {
  const steps = [...source.steps];
  const index = new StepIndex(source, steps);
  if (source === target) return new MergedSteps(source, index, new Map(allSteps(source).map((step) => [step, new Handle(step)])));
  checkSteps(steps, target);
  const places: Places = new Map<StepSpec, Handle>();
  const copies = new Set(copyScope(source, target, places));
  const pairs = steps.map((step) => [step, (places.get(step) as Handle).spec] as const); // each has its place now
  copyBodies(pairs.filter(([, copy]) => copies.has(copy)), places, copyScope);
  for (const [step, copy] of pairs) if (!copies.has(copy)) findBodies(step, copy, places);
  return new MergedSteps(source, index, places);
}

/** Copies the steps of one scope into another one; those that the target has already are united with it. */
function copyScope(source: ProcessSpec, target: ProcessSpec, places: Places): readonly StepSpec[] {
  const steps = [...source.steps];
  const own = new StepIndex(target, target.steps);
  const copies: StepSpec[] = [];
  const handles = new Map<StepSpec, Handle>();
  for (const step of steps) {
    const known = own.names.get(step.name);
    const spec = known ?? added(step, target);
    if (known === undefined) copies.push(spec);
    handles.set(step, new Handle(spec));
  }
  for (const [step, handle] of handles) places.set(step, handle);
  const timings = new TimingCopies(source, new StepIndex(source, steps), handles);
  for (const [step, { spec }] of handles) unite(step, spec, timings);
  return copies;
}

/** Refuses what cannot be copied, before anything is. */
function checkSteps(steps: readonly StepSpec[], target: ProcessSpec): void {
  const own = new StepIndex(target, target.steps);
  for (const step of steps) {
    const known = own.names.get(step.name);
    if (known !== undefined) checkKinds(step, known);
    else for (const inner of [step, ...bodiesOf(step).flatMap(({ process }) => allSteps(process))]) checkCall(inner, target);
  }
}

/** A step that runs whatever happened cannot be the same as one that is cancelled. */
function checkKinds(source: StepSpec, target: StepSpec): void {
  if ((source.kind === 'always') === (target.kind === 'always')) return;
  const [always, other] = source.kind === 'always' ? [source, target] : [target, source];
  throw new FlowError('duplicate-step', `step '${always.path}' runs always, and step '${other.path}' does not, so they cannot be merged; give one of them another name`);
}

/** A flow is called in the registry that it belongs to. */
function checkCall({ composite, path, process }: StepSpec, target: ProcessSpec): void {
  if (composite?.kind !== 'call' || composite.flow.registry === target.flow.registry) return;
  const what = `step '${path}' of flow '${process.flow.name}' calls flow '${composite.flow.name}'`;
  throw new FlowError('foreign-handle', `${what} of another registry than process '${target.name}', which cannot merge it; merge processes of one registry`);
}

/** What waits, when a merged step is registered again by `syncAll`, for the leaves of this moment. */
export function timingsOfSyncAll(process: ProcessSpec, name: string): readonly Timing[] {
  const merged = process.mergedStep(name, 'sync-all');
  return merged === undefined ? [] : leavesNow(process, new StepIndex(process, process.steps), merged);
}

/** A step that the target did not have. Its leaves become a timing, so what `syncAll` made is a plain step. */
function added(source: StepSpec, target: ProcessSpec): StepSpec {
  const step = new StepSpec(target, source.name, source.run, source.kind === 'always' ? 'always' : 'step');
  target.steps.push(step);
  target.merged.set(step.name, step);
  return step;
}

/**
 * The one place that says what a merge does with what a step holds: the target's own word goes first, and what it does not say
 * comes from the source. Nothing that can still change is shared. An added step has said nothing yet.
 */
function unite(source: StepSpec, target: StepSpec, copies: TimingCopies): void {
  target.addTimings(further(copies.ofStep(source), target.timings, target.process));
  target.origins = [...new Set([...target.origins, source, ...source.origins])];
  target.mergedSettings = [...target.mergedSettings, ...settingsOfMerged(source)];
  target.description ||= source.description;
  target.tags = [...new Set([...target.tags, ...source.tags])];
  target.mergedConditions = allConditions(source, target.mergedConditions);
  if (source.cascade !== undefined) {
    const known = target.cascade ?? [];
    target.cascade = [...known, ...further(source.cascade.map((ref) => copies.ofRef(ref) as Ref), known, target.process)]; // refs stay refs
  }
  for (const [key, from] of source.restrictions ?? []) {
    target.restrictions ??= new Map();
    if (!target.restrictions.has(key)) target.restrictions.set(key, copies.ofRef(from));
  }
  if (source.callbacks !== undefined) (target.callbacks ??= new CallbackList()).addAll(source.callbacks);
}

/** The timings or refs that do not mean the same as known ones of the process. */
function further<Given>(given: readonly Given[], known: readonly unknown[], process: ProcessSpec): readonly Given[] {
  const keys = new Set(known.map((one) => keyOf(one, process) ?? one));
  return given.filter((one) => !keys.has(keyOf(one, process) ?? one));
}

/** Conditions of several processes stay apart, so that an `or()` separates only what was written with it. Those that come again count once. */
function allConditions({ conditions, mergedConditions }: StepSpec, known: readonly ConditionGroups[]): readonly ConditionGroups[] {
  const given = conditions === undefined ? mergedConditions : [conditions.map((group) => [...group]), ...mergedConditions];
  return [...known, ...given.filter((groups) => !known.some((other) => isSame(groups, other)))];
}

function isSame(one: ConditionGroups, other: ConditionGroups): boolean {
  if (one.length !== other.length) return false;
  return one.every((group, at) => group.length === other[at]?.length && group.every((condition, place) => condition === other[at]?.[place]));
}

function settingsOfMerged({ process, path, retry, timeoutMs, mergedSettings }: StepSpec): StepSpec['mergedSettings'] {
  return retry === undefined && timeoutMs === undefined ? mergedSettings : [{ flow: process.flow.name, path, retry, timeoutMs }, ...mergedSettings];
}

/** What stands behind `Merged`. */
export class MergedSteps {
  readonly #source: ProcessSpec;
  readonly #index: StepIndex;
  readonly #handles: ReadonlyMap<StepSpec, Handle>;

  constructor(source: ProcessSpec, index: StepIndex, handles: ReadonlyMap<StepSpec, Handle>) {
    this.#source = source;
    this.#index = index;
    this.#handles = handles;
  }

  step(ref: unknown): Handle {
    const step = ref instanceof Handle ? ref.spec : this.#index.find(ref);
    const handle = step === undefined ? undefined : this.#handles.get(step);
    if (handle !== undefined) return handle;
    const several = typeof ref === 'function' ? this.#index.withFunction(ref).map(({ path }) => path) : [];
    const what = ref instanceof Handle || ref instanceof Token ? `'${ref.name}'` : shown(ref);
    if (several.length > 0) {
      const candidates = several.map((path) => `'${path}'`).join(' or ');
      throw new AmbiguousStepError(`${what} could be ${candidates}; give the name or the handle`, several);
    }
    const todo = hint(typeof ref === 'string' ? ref : '', this.#index.names.keys(), 'give a step that it had at that moment');
    throw new UnknownStepError('unknown-step', `${what} is not a step that process '${this.#source.name}' had when it was merged${todo}`);
  }
}
