import { Handle } from '../define/handle.ts';
import type { AnyStepFunction } from '../define/refs.ts';
import { FlowSpec, ProcessSpec, type StepSpec } from '../define/spec.ts';
import { Token } from '../define/token.ts';
import { declared, Lookup } from '../graph/lookup.ts';
import type { ResultData } from '../run/result-data.ts';

/**
 * Finds the steps of a result that was read back. The flow may not be there, or may have changed: a stand-in is built that has steps with the
 * same names, and functions with the same names.
 */
export class RecordedRefs {
  readonly #lookup: Lookup;
  /** Steps by the names of their flows and their paths; those that were merged too. */
  readonly #specs = new Map<string, StepSpec>();
  readonly #functions = new Map<string, AnyStepFunction>();

  constructor({ flow, processes, steps }: ResultData) {
    const spec = new FlowSpec(flow, undefined);
    const byName = new Map(processes.map(({ name }) => [name, addedTo(spec, name)]));
    for (const { path, run, origins = [] } of steps) {
      const [process, name] = divided(path);
      const work = run === null ? (): undefined => undefined : this.#function(run ?? name);
      const step = (byName.get(process) ?? addedTo(spec, process)).addStep(name, work, 'step', []);
      step.origins = origins.map(([from, at]) => this.#origin(from, at));
      this.#specs.set(keyOf(flow, path), step);
    }
    this.#lookup = new Lookup(declared(spec));
  }

  /** Returns the position of the step that a ref names. */
  find(ref: unknown): number {
    if (ref instanceof Handle) return this.#lookup.find(new Handle(this.#standIn(ref.spec)), 0);
    if (ref instanceof Token) return this.#lookup.find(new Token(ref.name, this.#function(ref.run.name)), 0);
    const isNamed = typeof ref === 'function' && ref.name !== ''; // without a name it could be any
    return this.#lookup.find(isNamed ? this.#function(ref.name) : ref, 0);
  }

  #standIn(spec: StepSpec): StepSpec {
    const known = spec.process.flow.outer === undefined ? this.#specs.get(keyOf(spec.process.flow.name, spec.path)) : undefined;
    return known ?? spec;
  }

  #origin(flow: string, path: string): StepSpec {
    const key = keyOf(flow, path);
    const known = this.#specs.get(key);
    if (known !== undefined) return known;
    const [process, name] = divided(path);
    const made = addedTo(new FlowSpec(flow, undefined), process).addStep(name, () => undefined, 'step', []);
    this.#specs.set(key, made);
    return made;
  }

  #function(name: string): AnyStepFunction {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    const made = Object.defineProperty(() => undefined, 'name', { value: name });
    this.#functions.set(name, made);
    return made;
  }
}

function addedTo(flow: FlowSpec, name: string): ProcessSpec {
  const process = new ProcessSpec(flow, name);
  flow.processes.push(process);
  return process;
}

function divided(path: string): readonly [process: string, step: string] {
  const slash = path.indexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

function keyOf(flow: string, path: string): string {
  return `${flow}\n${path}`;
}
