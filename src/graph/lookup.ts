import { Handle } from '../define/handle.ts';
import { hint } from '../define/nearest.ts';
import type { FlowSpec, StepSpec } from '../define/spec.ts';
import { Token } from '../define/token.ts';
import { AmbiguousStepError, NotVisibleError, UnknownStepError } from '../errors.ts';
import type { Template, TemplateStep } from './template.ts';

/** The steps that can be found, by their numbers: those of a template, or those of a definition in the order of declaration. */
export interface Named extends Pick<Template, 'flow' | 'stepCount' | 'bodies'> {
  readonly steps: readonly Pick<TemplateStep, 'name' | 'path' | 'spec'>[];
  readonly regionOf: ArrayLike<number>;
  readonly nodeOf: ArrayLike<number>;
}

/** The steps of a definition, in the order of declaration. */
export function declared(flow: FlowSpec): Named {
  const steps = flow.processes.flatMap((process) => process.steps).sort((a, b) => a.index - b.index);
  return {
    flow: flow.name,
    stepCount: steps.length,
    steps: steps.map((spec) => ({ name: spec.name, path: spec.path, spec })),
    bodies: steps.map((step) => step.run),
    regionOf: steps.map((step) => step.process.index + 1),
    nodeOf: steps.map((step) => step.index),
  };
}

/** Finds the steps that refs name. Its maps are made when they are first needed. */
export class Lookup {
  readonly #template: Named;
  #paths: Map<string, number> | undefined;
  #names: Map<string, number[]> | undefined;
  #functions: Map<unknown, number[]> | undefined;
  #origins: ReadonlyMap<StepSpec, readonly number[]> | undefined;

  constructor(template: Named) {
    this.#template = template;
  }

  /**
   * Returns the step that a ref names.
   *
   * @param region - the process whose names and functions are meant first; 0 for the whole flow
   */
  find(ref: unknown, region: number): number {
    if (ref instanceof Handle) return this.#ofHandle(ref, region);
    if (ref instanceof Token) return this.#ofToken(ref, region);
    if (typeof ref === 'function') return this.#only(ref, ref.name, region, ref.name === '' ? 'a function without a name' : `function '${ref.name}'`);
    if (typeof ref === 'string') return this.#ofName(ref.normalize('NFC'), region);
    throw new UnknownStepError('unknown-step', `${ref === null ? 'null' : typeof ref} does not name a step; give a name, a path, a handle, a token or a function`);
  }

  /** Whether a ref names a step, or several. */
  has(ref: unknown): boolean {
    if (ref instanceof Handle) return this.#own(ref.spec) !== undefined || this.#merged(ref.spec).length > 0;
    try {
      this.find(ref, 0);
      return true;
    } catch (error) {
      return error instanceof AmbiguousStepError;
    }
  }

  /** A handle means its step; in a process that has merged this step, the step that came of it. */
  #ofHandle({ spec }: Handle, region: number): number {
    const { regionOf } = this.#template;
    const own = this.#own(spec);
    if (own !== undefined && (region === 0 || regionOf[own] === region)) return own;
    const merged = this.#within(this.#merged(spec), region);
    if (own === undefined && merged.length > 1) throw this.#ambiguous(`step '${spec.path}' of flow '${spec.process.flow.name}'`, merged);
    const [only] = own === undefined ? merged : merged.filter((other) => regionOf[other] === region);
    const found = only ?? own;
    if (found !== undefined) return found;
    const { home, name: place } = spec.process;
    if (home !== undefined) throw new NotVisibleError(spec.path, `step '${spec.path}' is in the body of '${place}', and is not seen outside of it; read the value of that step`);
    throw new UnknownStepError('unknown-step', `step '${spec.path}' of flow '${spec.process.flow.name}' is not in this run of flow '${this.#template.flow}'; give a handle of this flow`);
  }

  #own(spec: StepSpec): number | undefined {
    const node = this.#template.nodeOf[spec.index];
    return node !== undefined && this.#template.steps[node]?.spec === spec ? node : undefined;
  }

  #merged(spec: StepSpec): readonly number[] {
    this.#origins ??= originsOf(this.#template);
    return this.#origins.get(spec) ?? [];
  }

  #ofName(name: string, region: number): number {
    this.#paths ??= new Map(this.#template.steps.map(({ spec }, node) => [spec.path, node]));
    const byPath = this.#paths.get(name);
    if (byPath !== undefined) return byPath;
    this.#names ??= grouped(this.#template, (node) => this.#template.steps[node]?.name);
    const nodes = this.#within(this.#names.get(name) ?? [], region);
    const [only] = nodes;
    if (only === undefined) {
      const known = name.includes('/') ? this.#paths.keys() : this.#names.keys();
      throw new UnknownStepError('unknown-step', `there is no step '${name}' in flow '${this.#template.flow}'${hint(name, known, 'give the name or path of one of its steps')}`);
    }
    if (nodes.length > 1) throw this.#ambiguous(`step '${name}'`, nodes);
    return only;
  }

  /** A token means the steps of its name and function, and no others. */
  #ofToken(token: Token, region: number): number {
    this.#functions ??= grouped(this.#template, (node) => this.#template.bodies[node]);
    const nodes = this.#within((this.#functions.get(token.run) ?? []).filter((node) => this.#template.steps[node]?.name === token.name), region);
    const [only] = nodes;
    if (only === undefined) {
      throw new UnknownStepError('unknown-step', `token '${token.name}' is not registered in flow '${this.#template.flow}'; register it, or give the name of a step`);
    }
    if (nodes.length > 1) throw this.#ambiguous(`token '${token.name}'`, nodes);
    return only;
  }

  #only(fn: unknown, name: string, region: number, shown: string): number {
    this.#functions ??= grouped(this.#template, (node) => this.#template.bodies[node]);
    const nodes = this.#within(this.#functions.get(fn) ?? [], region);
    const named = nodes.filter((node) => this.#template.steps[node]?.name === name);
    const [only] = nodes.length === 1 ? nodes : named;
    if (only === undefined && nodes.length === 0) {
      throw new UnknownStepError('unknown-step', `${shown} is not the work of a step of flow '${this.#template.flow}'; register it, or give the name of a step`);
    }
    if (only === undefined || (nodes.length > 1 && named.length > 1)) throw this.#ambiguous(shown, named.length > 1 ? named : nodes);
    return only;
  }

  /** Those of the own process when there are any; else all. */
  #within(nodes: readonly number[], region: number): readonly number[] {
    const own = region === 0 ? [] : nodes.filter((node) => this.#template.regionOf[node] === region);
    return own.length > 0 ? own : nodes;
  }

  #ambiguous(shown: string, nodes: readonly number[]): AmbiguousStepError {
    const paths = nodes.map((node) => this.#template.steps[node]?.spec.path ?? '');
    return new AmbiguousStepError(`${shown} could be ${paths.map((path) => `'${path}'`).join(' or ')}; give the path or the handle`, paths);
  }
}

function grouped(template: Named, by: (node: number) => unknown): Map<never, number[]> {
  const groups = new Map<unknown, number[]>();
  for (let node = 0; node < template.stepCount; node++) {
    const group = groups.get(by(node));
    if (group === undefined) groups.set(by(node), [node]);
    else group.push(node);
  }
  return groups as Map<never, number[]>; // the caller knows what `by` returns
}

function originsOf({ steps }: Named): ReadonlyMap<StepSpec, readonly number[]> {
  const origins = new Map<StepSpec, number[]>();
  steps.forEach(({ spec }, node) => {
    for (const origin of spec.origins) origins.set(origin, [...(origins.get(origin) ?? []), node]);
  });
  return origins;
}
