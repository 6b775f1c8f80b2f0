import { ResourceSpec } from '../define/resource.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';

/** A resource that may be attached. */
export interface Attachable {
  readonly spec: ResourceSpec;
  /** Whether it is its own entity: then it has no `initialize`, and no run can keep it while it is suspended. */
  readonly isObject: boolean;
}

/** Returns what a step gave as a resource: one that was defined, or an object that is disposable by itself. */
export function attachable(given: unknown): Attachable {
  if (given instanceof ResourceSpec) return { spec: given, isObject: false };
  if ((typeof given === 'object' && given !== null) || typeof given === 'function') {
    const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now, constructor } = given as Partial<AsyncDisposable & Disposable> & object;
    const dispose = typeof later === 'function' ? later : now;
    if (typeof dispose === 'function') return { spec: new ResourceSpec(className(constructor), { release: () => dispose.call(given) }), isObject: true };
  }
  throw new FlowError('unknown-resource', `${shown(given)} is no resource; give what defineResource made, or an object with Symbol.asyncDispose or Symbol.dispose`);
}

function className(constructor: unknown): string {
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'Object';
}
