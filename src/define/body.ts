import { FlowError } from '../errors.ts';
import { Handle } from './handle.ts';
import { shown } from './shown.ts';
import { type BodySpec, FlowSpec, ProcessSpec } from './spec.ts';

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

/** A body in the making: its scope is filled, and then closed with what the body returned. */
export class Body {
  readonly process: ProcessSpec;
  readonly item: ScopeToken;
  readonly index: ScopeToken;

  /** @param name - the name of the composite step, or of its other branch */
  constructor(outer: ProcessSpec, name: string) {
    const { flow } = outer;
    const path = `${outer.name}/${name}`;
    const inner = new FlowSpec(flow.name, undefined, flow.registry, flow.outer ?? flow);
    this.process = new ProcessSpec(inner, path, outer.isSequence, outer.home ?? outer);
    inner.processes.push(this.process);
    this.item = new ScopeToken('item', path);
    this.index = new ScopeToken('index', path);
  }

  /** @throws FlowError - `invalid-option`: it is no step of the body */
  close(returned: unknown): BodySpec {
    const { process, item, index } = this;
    if (returned !== undefined && !(returned instanceof Handle && returned.spec.process === process)) {
      const todo = 'return the handle of a step of this body, or nothing';
      throw new FlowError('invalid-option', `the body of '${process.name}' returned ${returned instanceof Promise ? 'a promise' : shown(returned)}; ${todo}`);
    }
    return { flow: process.flow, process, value: returned?.spec, item, index };
  }
}
