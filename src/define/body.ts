import { FlowError } from '../errors.ts';
import { Handle } from './handle.ts';
import { shown } from './shown.ts';
import { type BodySpec, FlowSpec, type Inside, ProcessSpec, titleOf } from './spec.ts';

/** What stands behind `ScopeRef`. */
export class ScopeToken {
  readonly name: 'item' | 'index';
  /** The path of the composite step that it belongs to. */
  readonly of: string;

  constructor(name: 'item' | 'index', of: string) {
    this.name = name;
    this.of = of;
    Object.freeze(this);
  }
}

/** How many bodies may be inside of one another. */
const deepest = 500;

/** How many bodies a scope is inside of, itself included. */
function depthOf(scope: ProcessSpec): number {
  let depth = 0;
  for (let at = scope.inside; at !== undefined; at = at.scope.inside) depth++;
  return depth;
}

/** A body in the making: its scope is filled, and then closed with what the body returned. */
export class Body {
  readonly process: ProcessSpec;
  readonly item: ScopeToken;
  readonly index: ScopeToken;

  /** @throws FlowError - `body-depth`: it is inside of too many */
  constructor(inside: Inside) {
    const { scope, step, which } = inside;
    if (depthOf(scope) >= deepest) {
      throw new FlowError('body-depth', `step '${step}' would be the ${deepest + 1}st of steps whose bodies are inside of one another; put what is deeper into a flow of its own, and call it`);
    }
    const { flow } = scope;
    const path = `${scope.name}/${step}`;
    const inner = new FlowSpec(flow.name, undefined, flow.registry, flow.outer ?? flow);
    this.process = new ProcessSpec(inner, which === 'body' ? path : `${path}#otherwise`, scope.isSequence, inside);
    inner.processes.push(this.process);
    this.item = new ScopeToken('item', path);
    this.index = new ScopeToken('index', path);
  }

  /**
   * Takes what the function that filled it returned.
   *
   * @throws FlowError - `invalid-option`: it did not return a step of the body
   */
  made(returned: unknown): BodySpec {
    const { process, item, index } = this;
    if (returned !== undefined && !(returned instanceof Handle && returned.spec.process === process)) {
      const what = returned instanceof Handle ? `step '${returned.spec.path}', which is not in it` : shown(returned);
      throw new FlowError('invalid-option', `${titleOf(process)} returned ${what}; register steps in it, and return the handle of one of them, or nothing`);
    }
    return { flow: process.flow, process, value: returned?.spec, item, index };
  }
}

/**
 * Calls what fills a scope, and closes the scope if it is a body, or if that failed: what was checked and drawn stays as it is.
 *
 * @throws FlowError - `invalid-option`: it returned a promise, so it would go on later
 */
export function filled<Scope>(process: ProcessSpec, fill: (scope: Scope) => unknown, scope: Scope): unknown {
  let isFilled = false;
  try {
    const returned = fill(scope);
    if (isThenable(returned)) {
      void Promise.resolve(returned).catch(() => undefined); // it cannot register anything any more, and that is said here
      throw new FlowError('invalid-option', `${titleOf(process)} returned a promise; register all steps at once, and leave what takes time to them`);
    }
    isFilled = true;
    return returned;
  } finally {
    if (!isFilled || process.inside !== undefined) process.close();
  }
}

/** Refuses what cannot fill a body. */
export function checkedBody(fill: unknown, what: string): (scope: never) => unknown {
  if (typeof fill === 'function') return fill as (scope: never) => unknown; // what it takes is checked by the compiler where it was given
  throw new FlowError('not-a-function', `${what} is ${fill === null ? 'null' : `of type ${typeof fill}`}; give a function that registers its steps`);
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
