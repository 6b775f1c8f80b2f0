import { anyOf, createFlows, failed, optional, settled, type Flow } from 'millrace';
import type { Handle } from '../../src/define/handle.ts';
import { compile, type Compiled } from '../../src/graph/compile.ts';
import type { Template } from '../../src/graph/template.ts';
import type { Definition, TimingPlan } from './definition.ts';

/** The builders without their types: the compiler cannot know what a random definition calls. */
interface Loose {
  readonly steps: readonly Loose[];
  process(name: string): Loose;
  customStep(...args: readonly unknown[]): Loose;
  next(...args: readonly unknown[]): Loose;
  same(...args: readonly unknown[]): Loose;
  follow(...args: readonly unknown[]): Loose;
  parallel(...args: readonly unknown[]): Loose;
  syncAll(...args: readonly unknown[]): Loose;
  always(...args: readonly unknown[]): Loose;
  after(...args: readonly unknown[]): Loose;
  concurrency(limit: number): Loose;
  when(predicate: () => boolean): Loose;
  skipWithDependents(options: { readonly except: readonly unknown[] }): Loose;
}

const derive = { settled, failed, anyOf, optional } as unknown as Record<string, (...of: readonly unknown[]) => unknown>;

/** Adds everything that a definition says to a flow, and returns the handles of its steps by name. */
export function build({ statements }: Definition, flow: Flow, bodyOf: (step: string) => () => unknown): ReadonlyMap<string, Handle> {
  const made = new Map<string, Loose>();
  const works = new Map<string, () => unknown>();
  const handles = new Map<string, Handle>();
  const get = (name: string): Loose => made.get(name)!;
  const work = (step: string): unknown => {
    if (!works.has(step)) works.set(step, Object.defineProperty(bodyOf(step), 'name', { value: step }));
    return works.get(step);
  };
  const real = (timing: TimingPlan): unknown => {
    if (timing.kind === 'group') return get(timing.group);
    if (timing.kind !== 'step') return derive[timing.kind]!(...timing.of.map(real));
    return timing.as === 'name' ? timing.step : timing.as === 'function' ? work(timing.step) : get(timing.step);
  };
  const registered = (step: string, handle: Loose): void => {
    made.set(step, handle);
    handles.set(step, handle as unknown as Handle); // the class behind every handle
  };
  for (const line of statements) {
    switch (line.do) {
      case 'process':
        made.set(line.process, (flow as unknown as Loose).process(line.process));
        break;
      case 'step':
        registered(line.step, get(line.process).customStep(work(line.step), line.step, ...line.timings.map(real)));
        break;
      case 'next':
      case 'same':
        registered(line.step, get(line.of)[line.do](work(line.step), line.step));
        break;
      case 'syncAll':
      case 'always':
        registered(line.step, get(line.process)[line.do](work(line.step), line.step));
        break;
      case 'follow':
      case 'parallel':
        made.set(line.group, get(line.process)[line.do](...line.steps.map(work)));
        line.steps.forEach((step, position) => registered(step, get(line.group).steps[position]!));
        break;
      case 'after':
        get(line.target).after(...line.timings.map(real));
        break;
      case 'cascade':
        get(line.step).when(() => true).skipWithDependents({ except: line.except.map(get) });
        break;
      case 'order':
        get(line.process).after(...line.after.map(get));
        break;
      case 'limit':
        get(line.process).concurrency(line.limit);
        break;
      default:
        line satisfies never;
    }
  }
  return handles;
}

/** Compiles a definition, which has at least one step. */
export function compiledOf(definition: Definition): Compiled {
  const handles = build(definition, createFlows().registerFlow('random'), () => () => undefined);
  const [first] = handles.values();
  return compile(first!.spec.process.flow, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined });
}

/** Returns what the kernel runs. */
export function templateOf(definition: Definition): Template {
  return compiledOf(definition).template;
}
