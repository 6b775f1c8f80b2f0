import { match, P } from 'ts-pattern';
import { ScopeToken } from '../define/body.ts';
import { Derived } from '../define/derived.ts';
import { FlowBuilder } from '../define/flow-builder.ts';
import { Group } from '../define/group.ts';
import { Handle } from '../define/handle.ts';
import { hint } from '../define/nearest.ts';
import { ProcessBuilder } from '../define/process-builder.ts';
import type { AnyStepFunction } from '../define/refs.ts';
import { ScopeBuilder } from '../define/scope-builder.ts';
import { shown } from '../define/shown.ts';
import { type ProcessSpec, type StepSpec, titleOf } from '../define/spec.ts';
import { StepIndex } from '../define/step-index.ts';
import { Token } from '../define/token.ts';
import type { DefinitionIssue, ErrorCode } from '../errors.ts';
import { findElsewhere, waitInstead, whereIs } from './elsewhere.ts';

/** A timing whose refs have become steps. `source` is the object it was written as: the same object is the same moment. */
export type Resolved =
  | { readonly kind: 'step'; readonly step: StepSpec }
  | { readonly kind: 'group'; readonly source: object; readonly of: readonly Resolved[] }
  | { readonly kind: 'settled' | 'failed' | 'anyOf' | 'optional'; readonly source: object; readonly of: readonly Resolved[] };

const aHandle = P.instanceOf(Handle);
const aGroup = P.instanceOf(Group);
const aDerived = P.instanceOf(Derived);
const aToken = P.instanceOf(Token);
const aFunction = P.when((timing: unknown): timing is AnyStepFunction => typeof timing === 'function');

/** The steps that a timing waits for: an optional one waits for none. */
export function waitedFor(timing: Resolved | undefined): readonly StepSpec[] {
  if (timing?.kind === 'step') return [timing.step];
  return timing === undefined || timing.kind === 'optional' ? [] : timing.of.flatMap(waitedFor);
}

/** Turns the timings of one process into steps, and reports what does not name one. */
export class Resolver {
  readonly #process: ProcessSpec;
  readonly #issues: DefinitionIssue[];
  readonly #steps: StepIndex;
  /** Groups and derived timings that more than one step may wait for. */
  readonly #shared = new Map<object, Resolved>();

  constructor(process: ProcessSpec, issues: DefinitionIssue[]) {
    this.#process = process;
    this.#issues = issues;
    this.#steps = new StepIndex(process, process.steps);
    for (const step of process.steps) {
      if (this.#steps.names.get(step.name) === step) continue;
      this.#report('duplicate-step', step.path, `step '${step.name}' is defined twice in ${titleOf(process)}; give each step its own name`);
    }
  }

  /** Returns what a timing of `reader` stands for, or `undefined` after reporting why it stands for nothing. */
  resolve(reader: StepSpec, timing: unknown): Resolved | undefined {
    return match(timing)
      .with(aHandle, (handle) => this.#own(reader, handle.spec))
      .with(P.string, (name) => this.#named(reader, name))
      .with(aGroup, (group) => this.#all('group', reader, group, group.members))
      .with(aDerived, (derived) => this.#all(derived.kind, reader, derived, derived.of))
      .with(aToken, (token) => this.#ofToken(reader, token))
      .with(aFunction, (fn) => this.#registered(reader, fn, fn.name))
      .otherwise((other) => this.#refuse(reader, other));
  }

  #all(kind: 'group' | Derived['kind'], reader: StepSpec, source: object, timings: readonly unknown[]): Resolved | undefined {
    const known = this.#shared.get(source);
    if (known !== undefined) return known;
    const of: Resolved[] = [];
    for (const timing of timings) {
      const resolved = this.resolve(reader, timing);
      if (resolved === undefined) return undefined;
      of.push(resolved);
    }
    const made = { kind, source, of };
    this.#shared.set(source, made);
    return made;
  }

  #own(reader: StepSpec, step: StepSpec): Resolved | undefined {
    if (step.process === this.#process) return { kind: 'step', step };
    if (this.#isElsewhere('foreign-handle', reader, `'${step.name}'`, step)) return undefined;
    const [home, other] = [this.#process.home ?? this.#process, step.process.home ?? step.process];
    const whose = other.flow === home.flow ? `process '${other.name}'` : `flow '${other.flow.name}'`;
    const todo = other.flow === home.flow ? `order the processes: ${home.name}.after(${other.name})` : 'wait for steps of its own process';
    return this.#report('foreign-handle', reader.path, `step '${reader.name}' waits for '${step.name}', which belongs to ${whose}; ${todo}`);
  }

  #named(reader: StepSpec, name: string): Resolved | undefined {
    const step = this.#steps.find(name);
    if (step !== undefined) return { kind: 'step', step };
    const meant = findElsewhere(name, this.#process);
    if (meant !== undefined && this.#isElsewhere('unknown-step', reader, `'${name}'`, meant)) return undefined;
    const home = this.#process.home ?? this.#process;
    const other = meant?.process.home ?? meant?.process;
    const order = `; process '${other?.name}' has it, so order the processes: ${home.name}.after(${other?.name})`;
    const todo = other === undefined ? hint(name, this.#steps.names.keys(), `register it in ${this.#here}`) : order;
    return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for '${name}', which is not in ${titleOf(this.#process)}${todo}`);
  }

  #registered(reader: StepSpec, fn: AnyStepFunction, name: string): Resolved | undefined {
    const step = this.#steps.find(fn);
    if (step !== undefined) return { kind: 'step', step };
    const steps = this.#steps.withFunction(fn);
    const shown = name === '' ? 'a function without a name' : `function '${name}'`;
    if (steps.length === 0) {
      const meant = findElsewhere(fn, this.#process);
      if (meant !== undefined && this.#isElsewhere('unknown-step', reader, shown, meant)) return undefined;
      const todo = hint(name, this.#steps.names.keys(), 'register it, or give the name or the handle of a step');
      return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for ${shown}, which is not registered in ${titleOf(this.#process)}${todo}`);
    }
    const candidates = steps.map((candidate) => `'${candidate.name}'`).join(', ');
    return this.#report('ambiguous-step', reader.path, `step '${reader.name}' waits for ${shown}, which is the work of ${candidates}; give the name or the handle of one`);
  }

  /** A token has a name of its own, so a step of another name is not meant, whatever its function. */
  #ofToken(reader: StepSpec, token: Token): Resolved | undefined {
    const step = this.#steps.find(token);
    if (step !== undefined) return { kind: 'step', step };
    const meant = findElsewhere(token, this.#process);
    if (meant !== undefined && this.#isElsewhere('unknown-step', reader, `token '${token.name}'`, meant)) return undefined;
    const todo = hint(token.name, this.#steps.names.keys(), `register it in ${this.#here}`);
    return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for token '${token.name}', which is not registered in ${titleOf(this.#process)}${todo}`);
  }

  /** Reports a step of another scope of the same process. */
  #isElsewhere(code: ErrorCode, reader: StepSpec, what: string, step: StepSpec): boolean {
    const where = whereIs(step, this.#process);
    if (where !== undefined) this.#report(code, reader.path, `step '${reader.name}' waits for ${what}, which is ${where}; ${waitInstead(step, this.#process)}`);
    return where !== undefined;
  }

  #refuse(reader: StepSpec, timing: unknown): undefined {
    return this.#report('invalid-timing', reader.path, `step '${reader.name}' waits for ${this.#whyNot(timing)}`);
  }

  /** What something is that is no timing, and what to do. */
  #whyNot(timing: unknown): string {
    if (timing instanceof ScopeToken) return `the ${timing.name} of '${timing.of}', which is there from the beginning; read it with s.result(each.${timing.name})`;
    if (timing instanceof FlowBuilder) return `flow '${timing.name}', which is not a step; make it one with call(flow, name, mapInput)`;
    if (timing instanceof ProcessBuilder) {
      const { name } = this.#process.home ?? this.#process;
      const todo = timing.name === name ? 'wait for its steps, or for all of them with syncAll or always' : `order the processes: ${name}.after(${timing.name})`;
      return `process '${timing.name}', which is not a step; ${todo}`;
    }
    if (timing instanceof ScopeBuilder) return 'the scope of a body, which is not a step; wait for the step that has the body';
    const todo = 'give a name, a function, a token, a handle, a group, or settled, failed, anyOf or optional of these';
    return `${shown(timing)}, which is not a timing of this library; ${todo}`;
  }

  get #here(): string {
    return this.#process.inside === undefined ? 'this process' : 'this body';
  }

  #report(code: ErrorCode, at: string, message: string): undefined {
    this.#issues.push({ code, message, at });
  }
}
