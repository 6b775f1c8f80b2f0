import { Handle } from './handle.ts';
import type { ProcessSpec, StepSpec } from './spec.ts';
import { Token } from './token.ts';

/** Finds steps of one process. */
export class StepIndex {
  /** The steps by name; of several with the same name, the first. */
  readonly names: ReadonlyMap<string, StepSpec>;
  readonly #process: ProcessSpec;
  readonly #steps: readonly StepSpec[];
  #functions: Map<unknown, StepSpec[]> | undefined;

  constructor(process: ProcessSpec, steps: readonly StepSpec[]) {
    this.#process = process;
    this.#steps = steps;
    const names = new Map<string, StepSpec>();
    for (const step of steps) if (!names.has(step.name)) names.set(step.name, step);
    this.names = names;
  }

  /** Returns the step that a ref names, or `undefined` where none or several fit. */
  find(ref: unknown): StepSpec | undefined {
    if (ref instanceof Handle) return ref.spec.process === this.#process ? ref.spec : undefined;
    if (typeof ref === 'string') return this.names.get(ref.normalize('NFC'));
    if (ref instanceof Token) {
      const named = this.names.get(ref.name); // a step of another name is not meant, whatever its function
      return named?.run === ref.run ? named : undefined;
    }
    const steps = this.withFunction(ref);
    return steps.length === 1 ? steps[0] : steps.find((step) => step.name === step.run.name);
  }

  /** Returns the steps that have this very function. */
  withFunction(fn: unknown): readonly StepSpec[] {
    if (this.#functions === undefined) {
      this.#functions = new Map();
      for (const step of this.#steps) {
        const known = this.#functions.get(step.run);
        if (known === undefined) this.#functions.set(step.run, [step]);
        else known.push(step);
      }
    }
    return this.#functions.get(fn) ?? [];
  }
}
