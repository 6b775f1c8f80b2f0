import { match, P } from 'ts-pattern';
import { Derived } from '../define/derived.ts';
import { Group } from '../define/group.ts';
import { Handle } from '../define/handle.ts';
import { hint } from '../define/nearest.ts';
import type { AnyStepFunction } from '../define/refs.ts';
import type { ProcessSpec, StepSpec } from '../define/spec.ts';
import { shown } from '../define/shown.ts';
import { StepIndex } from '../define/step-index.ts';
import { Token } from '../define/token.ts';
import type { DefinitionIssue, ErrorCode } from '../errors.ts';

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
      this.#report('duplicate-step', step.path, `step '${step.name}' is defined twice in process '${process.name}'; give each step its own name`);
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
    const { flow } = step.process;
    const whose = flow === this.#process.flow ? `process '${step.process.name}'` : `flow '${flow.name}'`;
    const todo = flow === this.#process.flow ? `order the processes: ${this.#process.name}.after(${step.process.name})` : 'wait for steps of its own process';
    return this.#report('foreign-handle', reader.path, `step '${reader.name}' waits for '${step.name}', which belongs to ${whose}; ${todo}`);
  }

  #named(reader: StepSpec, name: string): Resolved | undefined {
    const step = this.#steps.find(name);
    if (step !== undefined) return { kind: 'step', step };
    const other = this.#process.flow.processes.find((process) => process.steps.some((candidate) => candidate.name === name.normalize('NFC')));
    const order = `; process '${other?.name}' has it, so order the processes: ${this.#process.name}.after(${other?.name})`;
    const todo = other === undefined ? hint(name, this.#steps.names.keys(), 'register it in this process') : order;
    return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for '${name}', which is not in process '${this.#process.name}'${todo}`);
  }

  #registered(reader: StepSpec, fn: AnyStepFunction, name: string): Resolved | undefined {
    const step = this.#steps.find(fn);
    if (step !== undefined) return { kind: 'step', step };
    const steps = this.#steps.withFunction(fn);
    const shown = name === '' ? 'a function without a name' : `function '${name}'`;
    if (steps.length === 0) {
      const todo = hint(name, this.#steps.names.keys(), 'register it, or give the name or the handle of a step');
      return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for ${shown}, which is not registered in process '${this.#process.name}'${todo}`);
    }
    const candidates = steps.map((candidate) => `'${candidate.name}'`).join(', ');
    return this.#report('ambiguous-step', reader.path, `step '${reader.name}' waits for ${shown}, which is the work of ${candidates}; give the name or the handle of one`);
  }

  /** A token has a name of its own, so a step of another name is not meant, whatever its function. */
  #ofToken(reader: StepSpec, token: Token): Resolved | undefined {
    const step = this.#steps.find(token);
    if (step !== undefined) return { kind: 'step', step };
    const todo = hint(token.name, this.#steps.names.keys(), 'register it in this process');
    return this.#report('unknown-step', reader.path, `step '${reader.name}' waits for token '${token.name}', which is not registered in process '${this.#process.name}'${todo}`);
  }

  #refuse(reader: StepSpec, timing: unknown): undefined {
    const todo = 'give a name, a function, a token, a handle, a group, or settled, failed, anyOf or optional of these';
    return this.#report('invalid-timing', reader.path, `step '${reader.name}' waits for ${shown(timing)}, which is not a timing of this library; ${todo}`);
  }

  #report(code: ErrorCode, at: string, message: string): undefined {
    this.#issues.push({ code, message, at });
  }
}
