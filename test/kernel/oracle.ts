import type { Deed, Definition, TimingPlan } from './definition.ts';
import { readWritten, type Written } from './written.ts';

/** How a step ends; `not-taken` is what the public surface calls skipped as a branch. */
export type Ending = 'succeeded' | 'skipped' | 'passed-on' | 'not-taken' | 'failed' | 'cancelled';

/** What a timing brings to the step that waits for it. */
type Verdict = 'go' | 'branch' | 'cancel';

/** How a step ends, and the steps that made it so when it did not run. */
export interface Expected {
  readonly ending: Ending;
  readonly because: readonly string[];
  /** Causes that come from the order of processes alone. */
  readonly orderBecause: readonly string[];
}

/**
 * The law of joins, read from design.md section 2: how every step of a definition ends, worked out from the timings as they are
 * written and from what the bodies do. It knows no graph, no events and no order.
 *
 * @param kept - how steps ended before the run was recovered, as far as that stays
 */
export function oracle(definition: Definition, kept?: ReadonlyMap<string, Ending>): ReadonlyMap<string, Expected> {
  const written = readWritten(definition);
  const known = new Map<string, Expected>();
  for (const [step, ending] of kept ?? []) known.set(step, { ending, because: [], orderBecause: [] });
  const endingOf = (step: string): Ending => {
    const expected = known.get(step) ?? work(step);
    known.set(step, expected);
    return expected.ending;
  };
  const law = new Law(written, endingOf);
  const work = (step: string): Expected => {
    const own = written.steps.get(step)!.timings;
    const before = written.steps.get(step)!.always ? [] : law.processesBefore(step);
    const verdicts = [...own.map((timing) => law.verdictFor(timing, step)), ...before.map((members) => law.group(members))];
    if (!verdicts.includes('cancel') && !verdicts.includes('branch')) {
      return { ending: endings[definition.deeds.get(step)!], because: [], orderBecause: [] };
    }
    const wanted = verdicts.includes('cancel') ? 'cancel' : 'branch';
    const because = own.flatMap((timing) => (law.verdictFor(timing, step) === wanted ? law.causes(timing, wanted) : []));
    const orderBecause = before.flatMap((members) => law.causesInGroup(members, wanted));
    return { ending: wanted === 'cancel' ? 'cancelled' : 'not-taken', because: [...new Set(because)], orderBecause: [...new Set(orderBecause)] };
  };
  for (const step of written.steps.keys()) endingOf(step);
  return known;
}

const endings: Readonly<Record<Deed, Ending>> = { succeed: 'succeeded', fail: 'failed', skip: 'skipped', 'pass on': 'passed-on' };

class Law {
  readonly #written: Written;
  readonly #endingOf: (step: string) => Ending;

  constructor(written: Written, endingOf: (step: string) => Ending) {
    this.#written = written;
    this.#endingOf = endingOf;
  }

  /** The column of a timing in the table. `optional` never blocks. */
  verdict(timing: TimingPlan): Verdict {
    switch (timing.kind) {
      case 'step':
        return this.#strong(this.#endingOf(timing.step));
      case 'group':
        return this.group(this.#written.groups.get(timing.group)!);
      case 'settled':
      case 'optional':
        return 'go';
      case 'failed':
        return this.#members(timing).some((step) => this.#endingOf(step) === 'failed') ? 'go' : 'branch';
      case 'anyOf': {
        const verdicts = timing.of.map((inner) => this.verdict(inner));
        return verdicts.includes('go') ? 'go' : verdicts.includes('cancel') ? 'cancel' : 'branch';
      }
      default:
        return timing satisfies never;
    }
  }

  /** The same for a reader that may be an exception of what was passed over. */
  verdictFor(timing: TimingPlan, reader: string): Verdict {
    const verdict = this.verdict(timing);
    return verdict === 'branch' && this.#isFree(timing, reader) ? 'go' : verdict;
  }

  /** Whether a timing that brings "branch" would not, if the steps that except the reader had been skipped alone. */
  #isFree(timing: TimingPlan, reader: string): boolean {
    switch (timing.kind) {
      case 'step':
        return this.#isForgiven(timing.step, reader);
      case 'group':
        return this.#written.groups.get(timing.group)!.some((step) => this.#isForgiven(step, reader));
      case 'anyOf':
        return timing.of.some((inner) => this.#isFree(inner, reader));
      case 'settled':
      case 'optional':
      case 'failed':
        return false;
      default:
        return timing satisfies never;
    }
  }

  #isForgiven(step: string, reader: string): boolean {
    const { timings, except, always } = this.#written.steps.get(step)!;
    const ending = this.#endingOf(step);
    if (ending !== 'not-taken') return ending === 'passed-on' && except.includes(reader);
    const before = always ? [] : this.processesBefore(step);
    const blocking = timings.filter((timing) => this.verdictFor(timing, step) === 'branch');
    return (
      blocking.every((timing) => this.#isFree(timing, reader)) &&
      before.every((members) => this.group(members) !== 'branch' || members.some((member) => this.#isForgiven(member, reader)))
    );
  }

  /** A sync point: a member that was not taken does not hold it back, unless all were. */
  group(members: readonly string[]): Verdict {
    const verdicts = members.map((step) => this.#strong(this.#endingOf(step)));
    if (verdicts.includes('cancel')) return 'cancel';
    return verdicts.includes('go') || verdicts.length === 0 ? 'go' : 'branch';
  }

  /** The processes that the process of a step is ordered after, as the groups of all their steps. */
  processesBefore(step: string): readonly (readonly string[])[] {
    const through = (process: string): readonly (readonly string[])[] => {
      const { steps, after } = this.#written.processes.get(process)!;
      return steps.length > 0 ? [steps] : after.flatMap(through); // an empty process ends when those before it do
    };
    return this.#written.processes.get(this.#written.steps.get(step)!.process)!.after.flatMap(through);
  }

  /** The steps that make a timing bring `wanted`, in the order they are written. */
  causes(timing: TimingPlan, wanted: Verdict): readonly string[] {
    if (timing.kind === 'optional' || this.verdict(timing) !== wanted) return [];
    if (timing.kind === 'step') return [timing.step];
    if (timing.kind === 'group') return this.causesInGroup(this.#written.groups.get(timing.group)!, wanted);
    return timing.kind === 'failed' ? this.#members(timing) : timing.of.flatMap((inner) => this.causes(inner, wanted));
  }

  causesInGroup(members: readonly string[], wanted: Verdict): readonly string[] {
    return this.group(members) === wanted ? members.filter((step) => this.#strong(this.#endingOf(step)) === wanted) : [];
  }

  #strong(ending: Ending): Verdict {
    return ending === 'succeeded' || ending === 'skipped' ? 'go' : ending === 'not-taken' || ending === 'passed-on' ? 'branch' : 'cancel';
  }

  #members(timing: TimingPlan): readonly string[] {
    if (timing.kind === 'step') return [timing.step];
    if (timing.kind === 'group') return this.#written.groups.get(timing.group)!;
    return timing.of.flatMap((inner) => this.#members(inner));
  }
}
