import type { PathState, Snapshot } from '../../src/durable/snapshot.ts';
import type { Definition, TimingPlan } from '../kernel/definition.ts';
import { readWritten, type Written } from '../kernel/written.ts';

/** What a timing has brought so far. */
type Verdict = 'go' | 'branch' | 'cancel' | 'open';
type Standing = 'went' | 'skipped' | 'branched' | 'failed' | 'broken' | 'open';

const standings: Readonly<Record<PathState, Standing>> = {
  started: 'open',
  lost: 'open',
  open: 'open',
  returned: 'open',
  retrying: 'open',
  reset: 'open',
  succeeded: 'went',
  failed: 'failed',
  skipped: 'skipped',
  stopped: 'broken',
};

/**
 * The steps that keep a record from being the beginning of a run of a definition, read from what is written and recorded alone: no graph, no
 * kernel. Nothing may be recorded of a step that is not there or of another kind, nor of one of whose timings some has not said "go".
 */
export function illegal(definition: Definition, { paths }: Snapshot, before: Definition): ReadonlySet<string> {
  const written = readWritten(definition);
  const old = readWritten(before);
  const judge = new Judge(written, paths);
  const wrong = (path: string): boolean => {
    const name = path.slice(path.indexOf('/') + 1);
    const step = written.steps.get(name);
    if (step === undefined || path !== `${step.process}/${name}` || step.always !== old.steps.get(name)?.always) return true;
    return judge.waits(name).some((verdict) => verdict !== 'go');
  };
  return new Set(Object.keys(paths).filter(wrong));
}

class Judge {
  readonly #written: Written;
  readonly #paths: Snapshot['paths'];
  readonly #known = new Map<string, Standing>();

  constructor(written: Written, paths: Snapshot['paths']) {
    this.#written = written;
    this.#paths = paths;
  }

  /** What each thing that a step waits for has brought. */
  waits(name: string): readonly Verdict[] {
    const { timings, always, process } = this.#written.steps.get(name)!;
    const own = timings.map((timing) => this.#verdict(timing));
    if (!always) return [...own, ...this.#ends(process).map((members) => this.#group(members))];
    const siblings = this.#written.processes.get(process)!.steps.filter((other) => !this.#written.steps.get(other)!.always);
    const others = [...siblings, ...this.#allBefore(process).flatMap((other) => this.#written.processes.get(other)!.steps)];
    return [...own, ...others.map((other) => (this.#standing(other) === 'open' ? 'open' : 'go'))];
  }

  #standing(name: string): Standing {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const record = this.#paths[`${this.#written.steps.get(name)!.process}/${name}`];
    const standing = record === undefined ? this.#derived(name) : record.cascade === true ? 'branched' : standings[record.s];
    this.#known.set(name, standing);
    return standing;
  }

  #derived(name: string): Standing {
    const verdicts = this.waits(name);
    if (verdicts.includes('cancel')) return 'broken';
    return verdicts.includes('branch') && !verdicts.includes('open') ? 'branched' : 'open';
  }

  #verdict(timing: TimingPlan): Verdict {
    switch (timing.kind) {
      case 'step':
        return strong(this.#standing(timing.step));
      case 'group':
        return this.#group(this.#written.groups.get(timing.group)!);
      case 'optional':
        return 'go';
      case 'settled':
        return timing.of.every((inner) => this.#isOver(inner)) ? 'go' : 'open';
      case 'failed': {
        const all = this.#members(timing).map((name) => this.#standing(name));
        return all.includes('failed') ? 'go' : all.includes('open') ? 'open' : 'branch';
      }
      case 'anyOf':
        return this.#first(timing.of);
      default:
        return timing satisfies never;
    }
  }

  #isOver(timing: TimingPlan): boolean {
    if (timing.kind === 'anyOf') return this.#verdict(timing) !== 'open';
    return timing.kind === 'optional' || this.#members(timing).every((name) => this.#standing(name) !== 'open') && inner(timing).every((one) => this.#isOver(one));
  }

  /** The first of several that went; one that was skipped counts when nothing better can come. */
  #first(of: readonly TimingPlan[]): Verdict {
    const flat = of.flatMap((timing) => (timing.kind === 'anyOf' ? timing.of : [timing]));
    if (flat.some((timing) => timing.kind === 'anyOf')) return this.#first(flat);
    const verdicts = flat.map((timing) => this.#verdict(timing));
    const isSkip = (at: number): boolean => {
      const timing = flat[at]!;
      const only = timing.kind === 'group' ? this.#written.groups.get(timing.group)! : [];
      const name = timing.kind === 'step' ? timing.step : only.length === 1 ? only[0] : undefined;
      return flat.length > 1 && name !== undefined && this.#standing(name) === 'skipped';
    };
    if (verdicts.some((verdict, at) => verdict === 'go' && !isSkip(at))) return 'go';
    if (verdicts.includes('open')) return 'open';
    return verdicts.includes('go') ? 'go' : verdicts.includes('cancel') ? 'cancel' : 'branch';
  }

  #group(members: readonly string[]): Verdict {
    const verdicts = members.map((name) => strong(this.#standing(name)));
    if (verdicts.includes('cancel')) return 'cancel';
    if (verdicts.includes('open')) return 'open';
    return verdicts.includes('go') || verdicts.length === 0 ? 'go' : 'branch';
  }

  /** The ends of the processes that one is ordered after; an empty one ends when those before it do. */
  #ends(process: string): readonly (readonly string[])[] {
    return this.#written.processes.get(process)!.after.flatMap((other) => {
      const { steps } = this.#written.processes.get(other)!;
      return steps.length > 0 ? [steps] : this.#ends(other);
    });
  }

  #allBefore(process: string): readonly string[] {
    return this.#written.processes.get(process)!.after.flatMap((other) => [other, ...this.#allBefore(other)]);
  }

  /** The steps that a timing names, but for those inside an `anyOf`. */
  #members(timing: TimingPlan): readonly string[] {
    if (timing.kind === 'step') return [timing.step];
    if (timing.kind === 'group') return this.#written.groups.get(timing.group)!;
    return timing.kind === 'anyOf' ? [] : timing.of.flatMap((one) => this.#members(one));
  }
}

function inner(timing: TimingPlan): readonly TimingPlan[] {
  return timing.kind === 'settled' || timing.kind === 'failed' || timing.kind === 'anyOf' || timing.kind === 'optional' ? timing.of : [];
}

function strong(standing: Standing): Verdict {
  if (standing === 'open') return 'open';
  if (standing === 'branched') return 'branch';
  return standing === 'went' || standing === 'skipped' ? 'go' : 'cancel';
}
