import type { Definition, TimingPlan } from './definition.ts';

/** One step as it is written: all that it waits for, apart from the order of processes. */
export interface WrittenStep {
  readonly process: string;
  readonly always: boolean;
  readonly timings: TimingPlan[];
  /** The dependents that run although it passes the others over. */
  readonly except: string[];
}

/** What a definition says, read line by line. Only names; nothing of the library. */
export interface Written {
  readonly steps: ReadonlyMap<string, WrittenStep>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly processes: ReadonlyMap<string, { readonly steps: string[]; readonly after: string[] }>;
}

/** Reads a definition as a user would. The leaves of a `syncAll` become a group of its own. */
export function readWritten({ statements }: Definition): Written {
  const steps = new Map<string, WrittenStep>();
  const groups = new Map<string, readonly string[]>();
  const heads = new Map<string, readonly string[]>();
  const processes = new Map<string, { steps: string[]; after: string[] }>();
  const add = (process: string, step: string, timings: readonly TimingPlan[], always = false): void => {
    steps.set(step, { process, always, timings: [...timings], except: [] });
    processes.get(process)!.steps.push(step);
  };
  for (const line of statements) {
    switch (line.do) {
      case 'process':
        processes.set(line.process, { steps: [], after: [] });
        break;
      case 'step':
        add(line.process, line.step, line.timings);
        break;
      case 'next':
        add(line.process, line.step, [handle(line.of)]);
        break;
      case 'same':
        add(line.process, line.step, steps.get(line.of)!.timings);
        break;
      case 'always':
        add(line.process, line.step, [], true);
        break;
      case 'syncAll': {
        const leaves = leavesOf(line.process, steps, groups);
        groups.set(`leaves of ${line.step}`, leaves);
        add(line.process, line.step, leaves.length === 0 ? [] : [{ kind: 'group', group: `leaves of ${line.step}` }]);
        break;
      }
      case 'follow':
      case 'parallel':
        line.steps.forEach((step, position) => {
          const before = line.do === 'follow' ? line.steps[position - 1] : undefined;
          add(line.process, step, before === undefined ? [] : [handle(before)]);
        });
        groups.set(line.group, line.steps);
        heads.set(line.group, line.do === 'follow' ? line.steps.slice(0, 1) : line.steps);
        break;
      case 'after':
        for (const step of heads.get(line.target) ?? [line.target]) steps.get(step)!.timings.push(...line.timings);
        break;
      case 'cascade':
        steps.get(line.step)!.except.push(...line.except);
        break;
      case 'order':
        processes.get(line.process)!.after.push(...line.after);
        break;
      case 'limit':
        break;
      default:
        line satisfies never;
    }
  }
  return { steps, groups, processes };
}

function handle(step: string): TimingPlan {
  return { kind: 'step', step, as: 'handle' };
}

/** The steps of a process that nobody waits for so far; `optional` waits for nothing. */
function leavesOf(process: string, steps: ReadonlyMap<string, WrittenStep>, groups: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const waitedFor = (timing: TimingPlan): readonly string[] => {
    if (timing.kind === 'step') return [timing.step];
    if (timing.kind === 'group') return groups.get(timing.group)!;
    return timing.kind === 'optional' ? [] : timing.of.flatMap(waitedFor);
  };
  const taken = new Set([...steps.values()].flatMap((step) => step.timings.flatMap(waitedFor)));
  return [...steps].filter(([name, step]) => step.process === process && !step.always && !taken.has(name)).map(([name]) => name);
}

/** The steps of the same process that wait for each step, directly or through others. */
export function dependentsIn({ steps, groups }: Written): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map([...steps.keys()].map((step) => [step, new Set<string>()]));
  const named = (timing: TimingPlan): readonly string[] => {
    if (timing.kind === 'step') return [timing.step];
    return timing.kind === 'group' ? groups.get(timing.group)! : timing.of.flatMap(named);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const [step, { timings }] of steps) {
      for (const before of timings.flatMap(named)) {
        for (const [other, dependents] of found) {
          if ((other !== before && !dependents.has(before)) || dependents.has(step)) continue;
          dependents.add(step);
          changed = true;
        }
      }
    }
  }
  return found;
}
