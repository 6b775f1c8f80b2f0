import { FlowError } from '../errors.ts';
import { checkedFunction, Handle } from './handle.ts';
import { checkedName } from './names.ts';
import type { AnyStepFunction } from './refs.ts';
import { shown } from './shown.ts';
import type { ProcessSpec } from './spec.ts';
import type { Timing } from './timing.ts';
import { Token } from './token.ts';

/** What stands behind `StepGroup`: a chain or a parallel group, and its sync point. */
export class Group {
  readonly kind = 'sync';
  readonly steps: unknown;
  /** All members, in the order they were given. */
  readonly members: readonly Handle[];
  readonly #heads: readonly Handle[];

  constructor(steps: unknown, members: readonly Handle[], heads: readonly Handle[]) {
    this.steps = steps;
    this.members = members;
    this.#heads = heads;
  }

  after(...timings: readonly Timing[]): this {
    for (const head of this.#heads) head.after(...timings);
    return this;
  }
}

/** Registers a chain: each step waits for the one before it. */
export function chain(process: ProcessSpec, likes: readonly unknown[]): Group {
  const handles: Handle[] = [];
  for (const { name, run } of named('follow', likes)) {
    const before = handles.at(-1);
    handles.push(new Handle(process.addStep(name, run, 'step', before === undefined ? [] : [before as unknown as Timing])));
  }
  return new Group(Object.freeze(handles), handles, handles.slice(0, 1));
}

/** Registers steps side by side, from a list or from a record whose names become the steps'. */
export function sideBySide(process: ProcessSpec, likes: readonly unknown[]): Group {
  const [first] = likes;
  const record = likes.length === 1 && isRecord(first) ? first : undefined;
  if (record === undefined) {
    const handles = named('parallel', likes).map(({ name, run }) => new Handle(process.addStep(name, run, 'step', [])));
    return new Group(Object.freeze(handles), handles, handles);
  }
  const works = Object.entries(record).map(([name, fn]) => ({ name: checkedName('step', name), run: checkedFunction(fn, name) }));
  if (works.length === 0) throw emptyGroup('parallel');
  const handles = works.map(({ name, run }) => new Handle(process.addStep(name, run, 'step', [])));
  const steps = Object.fromEntries(handles.map((handle) => [handle.name, handle]));
  return new Group(Object.freeze(steps), handles, handles);
}

interface NamedWork {
  readonly name: string;
  readonly run: AnyStepFunction;
}

/** Checks all members before the first one is registered, so that a refused call leaves nothing behind. */
function named(method: 'follow' | 'parallel', likes: readonly unknown[]): readonly NamedWork[] {
  if (likes.length === 0) throw emptyGroup(method);
  return likes.map((like, position) => {
    if (like instanceof Token) return like;
    if (typeof like === 'function') return { name: nameOfFunction(method, like, position), run: like as AnyStepFunction };
    const given = like instanceof Handle ? `step '${like.name}', which is registered already` : shown(like);
    throw new FlowError('not-a-function', `number ${position + 1} of ${method} is ${given}; give a function that has a name, or step(fn, 'name')`);
  });
}

/** What else is an object, and could be meant, is refused as a member. */
function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return !(given instanceof Token || given instanceof Handle || given instanceof Group);
}

function nameOfFunction(method: string, run: { readonly name: string }, position: number): string {
  const { name } = run;
  if (name === '' || name === 'default' || name.startsWith('bound ')) {
    throw new FlowError(
      'anonymous-function',
      `function number ${position + 1} of ${method} has ${name === '' ? 'no name' : `the name '${name}'`}, so it cannot name a step; give step(fn, 'name') or parallel({ name: fn })`,
    );
  }
  return checkedName('step', name);
}

function emptyGroup(method: string): FlowError {
  return new FlowError('empty-group', `${method}() was given no steps; give at least one`);
}
