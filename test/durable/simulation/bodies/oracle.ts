import type { Snapshot } from '../../../../src/durable/snapshot.ts';
import { type Ending, oracle } from '../../../kernel/oracle.ts';
import type { Script } from '../script.ts';
import { type CompositePlan, type ScopePlan, triesOf } from './plan.ts';

/** What comes of a scope. */
interface Expected {
  readonly isGood: boolean;
  /** How each step ended that was at work, and each item, by path: `failed`, `skipped` or `succeeded`. */
  readonly ends: ReadonlyMap<string, string>;
  /** How each step of the scope itself ended, by name. */
  readonly endings: ReadonlyMap<string, Ending>;
}

/**
 * Works out plainly what comes of a flow with composite steps, if nothing is stopped and nothing races: bodies from the inside out, each by the
 * law of joins. It knows no time, no order and no journal.
 */
export class BodiesOracle {
  readonly #failing: ReadonlySet<string>;
  readonly #script: Script;
  readonly #past: Snapshot['paths'];

  /** @param past - what is known from before the run was recovered */
  constructor(failing: ReadonlySet<string>, script: Script, past: Snapshot['paths'] = {}) {
    this.#failing = failing;
    this.#script = script;
    this.#past = past;
  }

  /**
   * @param place - what the paths begin with, up to the slash; empty for the flow
   * @param hasProcesses - whether paths begin with a process there
   */
  scope(plan: ScopePlan, place: string, hasProcesses: boolean): Expected {
    const { definition, composites, early } = plan;
    const paths = pathsOf(plan, place, hasProcesses);
    const kept = new Map([...paths].flatMap(([step, path]) => this.#kept(path).map((ending) => [step, ending] as const)));
    const inner = new Map<string, Inside>();
    const deeds = new Map(definition.deeds);
    for (const [step, deed] of definition.deeds) {
      const path = paths.get(step)!;
      const composite = composites.get(step);
      const fails = this.#failing.has(step) || triesOf(path) <= (early.get(step) ?? 0);
      if (deed === 'skip' || deed === 'pass on') continue;
      if (composite === undefined) {
        deeds.set(step, fails ? 'fail' : 'succeed');
        continue;
      }
      const failsBefore = fails && this.#script.parts.get(step)!.failsAt === 'before';
      const inside = failsBefore ? nothing(false) : this.#inside(composite, path);
      inner.set(step, inside);
      deeds.set(step, inside.isGood && !fails ? 'succeed' : 'fail');
    }
    const endings = new Map([...oracle({ statements: definition.statements, deeds }, kept)].map(([step, { ending }]) => [step, ending]));
    const ends = new Map<string, string>();
    for (const [step, ending] of endings) {
      const path = paths.get(step)!;
      if (ending === 'cancelled' || ending === 'not-taken') continue;
      ends.set(path, ending === 'passed-on' ? 'skipped' : ending);
      if (ending !== 'skipped' && ending !== 'passed-on') for (const [at, end] of inner.get(step)?.ends ?? []) ends.set(at, end);
    }
    return { isGood: ![...endings.values()].includes('failed'), ends, endings };
  }

  /** How something ended before a recovery that leaves it so. */
  #kept(path: string): readonly Ending[] {
    const { s, cascade } = this.#past[path] ?? {};
    if (s === 'skipped') return [cascade === true ? 'passed-on' : 'skipped'];
    return s === 'succeeded' ? [s] : [];
  }

  #inside(plan: CompositePlan, path: string): Inside {
    const { throws } = plan.answering;
    const from = this.#past[path]?.work?.index ?? 1;
    switch (plan.kind) {
      case 'sleep':
        return nothing(!(plan.isAsked && throws));
      case 'wait':
        return nothing(!throws);
      case 'group':
        return this.#body(plan.body, path);
      case 'case': {
        if (throws) return nothing(false);
        const body = plan.answer ? plan.body : plan.otherwise;
        return body === undefined ? nothing(true) : this.#body(body, plan.answer ? path : `${path}#otherwise`);
      }
      case 'loop': {
        const runs = new Runs();
        for (let number = from; number <= plan.times; number += 1) if (!runs.add(this.#body(plan.body, `${path}#${number}`)) || throws) return runs.over(false);
        return runs.over(true);
      }
      case 'retry': {
        const runs = new Runs();
        for (let number = from; number <= from + plan.retries; number += 1) {
          if (runs.add(this.#body(plan.body, `${path}#${number}`))) return runs.over(true);
          if (plan.isAsked && throws) return runs.over(false);
        }
        return runs.over(false);
      }
      case 'each': {
        if (throws && plan.from !== 'list') return nothing(false);
        const runs = new Runs();
        for (let item = 0; item < plan.count; item += 1) {
          const at = `${path}/k${item}`;
          const isGood = this.#kept(at).length > 0 || runs.add(this.#body(plan.body, at));
          runs.ends.set(at, isGood ? 'succeeded' : 'failed');
          if (!isGood && !plan.isCollecting) return runs.over(false);
        }
        return runs.over(true);
      }
      case 'call':
        return throws ? nothing(false) : this.scope(plan.body, path, true);
      default:
        return plan satisfies never;
    }
  }

  #body(plan: ScopePlan, place: string): Inside {
    return this.scope(plan, place, false);
  }
}

/** What comes of the inside of a composite step. */
type Inside = Pick<Expected, 'isGood' | 'ends'>;

function nothing(isGood: boolean): Inside {
  return { isGood, ends: new Map() };
}

/** Several runs of a body. */
class Runs {
  readonly ends = new Map<string, string>();

  /** Returns whether one went well. */
  add({ isGood, ends }: Inside): boolean {
    for (const [path, end] of ends) this.ends.set(path, end);
    return isGood;
  }

  over(isGood: boolean): Inside {
    return { isGood, ends: this.ends };
  }
}

function pathsOf({ definition: { statements } }: ScopePlan, place: string, hasProcesses: boolean): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const start = place === '' ? '' : `${place}/`;
  const processes = new Map<string, string>();
  const add = (step: string, process: string): void => {
    processes.set(step, process);
    paths.set(step, hasProcesses ? `${start}${process}/${step}` : `${start}${step}`);
  };
  for (const line of statements) {
    if (line.do === 'follow' || line.do === 'parallel') for (const step of line.steps) add(step, line.process);
    else if ('step' in line && 'process' in line) add(line.step, line.process);
  }
  return paths;
}
