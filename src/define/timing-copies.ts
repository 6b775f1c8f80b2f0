import { Derived } from './derived.ts';
import { Group } from './group.ts';
import { Handle } from './handle.ts';
import { Leaves } from './leaves.ts';
import type { ProcessSpec, StepSpec } from './spec.ts';
import type { StepIndex } from './step-index.ts';
import type { Timing } from './timing.ts';
import { Token } from './token.ts';

/** Rewrites the timings of one process for another one that has its steps. */
export class TimingCopies {
  readonly #index: StepIndex;
  readonly #handles: ReadonlyMap<StepSpec, Handle>;
  readonly #leaves: Leaves;
  /** The same group or derived timing stays the same moment for all who wait for it. */
  readonly #shared = new Map<object, Timing>();

  /**
   * @param index - finds steps of the process that the timings come from
   * @param handles - where these steps are now
   */
  constructor(source: ProcessSpec, index: StepIndex, handles: ReadonlyMap<StepSpec, Handle>) {
    this.#index = index;
    this.#handles = handles;
    this.#leaves = new Leaves(source, (position, at) => waitedFor(source.steps[position]?.timings[at], index));
  }

  /** Returns what a step waits for, as timings; its leaves, if it was made by `syncAll`, as a group. */
  ofStep(step: StepSpec): readonly Timing[] {
    const timings = step.timings.map((timing) => this.#copy(timing));
    const leaves = this.#leaves.of(step);
    return leaves.length === 0 ? timings : [...timings, groupOf(leaves.map((leaf) => this.#handleOf(leaf)))];
  }

  /** Returns what a ref of the source means in the other process. */
  ofRef(ref: unknown): unknown {
    return this.#copy(ref);
  }

  /** A plain name means the step of that name wherever it is; a function may be the work of another step there. */
  #copy(timing: unknown): Timing {
    if (timing instanceof Group || timing instanceof Derived) {
      const made = this.#shared.get(timing) ?? this.#remade(timing);
      this.#shared.set(timing, made);
      return made;
    }
    const step = typeof timing === 'string' ? undefined : this.#index.find(timing);
    return step === undefined ? (timing as Timing) : asTiming(this.#handleOf(step)); // what names nothing here is reported where it is compiled
  }

  #remade(timing: Group | Derived): Timing {
    if (timing instanceof Derived) return asTiming(new Derived(timing.kind, timing.of.map((part) => this.#copy(part))));
    return timing.members.every(({ spec }) => this.#handles.has(spec)) ? groupOf(timing.members.map(({ spec }) => this.#handleOf(spec))) : asTiming(timing);
  }

  #handleOf(step: StepSpec): Handle {
    return this.#handles.get(step) ?? new Handle(step);
  }
}

/** The leaves of a process as it is now, without one step, as timings. */
export function leavesNow(process: ProcessSpec, index: StepIndex, but: StepSpec): readonly Timing[] {
  const leaves = new Leaves(process, (position, at) => waitedFor(process.steps[position]?.timings[at], index)).before(process.changes);
  const others = leaves.filter((leaf) => leaf !== but);
  return others.length === 0 ? [] : [groupOf(others.map((leaf) => new Handle(leaf)))];
}

/** A text that two timings of a process share when they are the same moment; `undefined` where that cannot be said yet. */
export function keyOf(timing: unknown, process: ProcessSpec): string | undefined {
  if (typeof timing === 'string') return timing.normalize('NFC');
  if (timing instanceof Token) return timing.name;
  if (timing instanceof Handle) return timing.spec.process === process ? timing.name : undefined;
  if (!(timing instanceof Group || timing instanceof Derived)) return undefined;
  const parts = (timing instanceof Group ? timing.members : timing.of).map((part) => keyOf(part, process));
  return parts.includes(undefined) ? undefined : `${timing instanceof Group ? 'group' : timing.kind}(${parts.sort().join()})`; // names have no brackets or commas
}

function waitedFor(timing: unknown, index: StepIndex): readonly StepSpec[] {
  if (timing instanceof Group) return timing.members.map(({ spec }) => spec);
  if (timing instanceof Derived) return timing.kind === 'optional' ? [] : timing.of.flatMap((part) => waitedFor(part, index));
  const step = index.find(timing);
  return step === undefined ? [] : [step];
}

function groupOf(members: readonly Handle[]): Timing {
  return asTiming(new Group(members, members, []));
}

function asTiming(timing: Handle | Group | Derived): Timing {
  return timing as unknown as Timing; // the type-only member has no value to hold
}
