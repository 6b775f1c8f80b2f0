import type { Flow } from '../../src/define/flow.ts';
import type { Scope } from '../../src/define/scope.ts';

/** An item of go-stepflow: a function, a condition that is waited for, or items in a frame. */
export type Item =
  | { readonly kind: 'do' | 'waitFor'; readonly name: string }
  | { readonly kind: 'steps' | 'case' | 'loop' | 'retry'; readonly name: string; readonly items: readonly Item[] };

export const run = (name: string): Item => ({ kind: 'do', name });
export const waitFor = (name: string): Item => ({ kind: 'waitFor', name });
export const steps = (name: string, ...items: readonly Item[]): Item => ({ kind: 'steps', name, items });
export const when = (name: string, ...items: readonly Item[]): Item => ({ kind: 'case', name, items });
export const loop = (name: string, ...items: readonly Item[]): Item => ({ kind: 'loop', name, items });
export const retry = (name: string, ...items: readonly Item[]): Item => ({ kind: 'retry', name, items });

/** What functions do: they are known by the names of their events, and what they do may depend on what they did. */
export interface World {
  /** Throws, or does nothing. */
  call(name: string): void;
  /** Answers for a condition. */
  ask(name: string): boolean;
  /** Answers for the handler of a retry. */
  handle(name: string, error: unknown): boolean;
}

interface Transition {
  /** Whether it calls a function, which ends an `Apply`. */
  readonly isExclusive: boolean;
  next(world: World): string;
}

/** The name that go-stepflow gives an item. */
export function nameOf({ kind, name }: Item, scope: string): string {
  const suffix = { do: '', steps: '', waitFor: 'WaitFor', case: 'Case', loop: 'LoopUntil', retry: 'Retry' }[kind];
  return `${scope}/${name}${suffix}`;
}

/** The state machine of go-stepflow, written from its description: a map from each event to a transition. */
export class Stepflow {
  readonly #name: string;
  readonly #transitions = new Map<string, Transition>();

  constructor(name: string, items: readonly Item[]) {
    this.#name = name;
    this.#sequence(items, name);
  }

  /** One `Apply`: at most 100 transitions, up to and with the first one that calls a function. What is thrown leaves it to the caller to keep the state. */
  apply(state: string | undefined, world: World): string {
    let event = state ?? `start:${this.#name}`;
    for (let hops = 0; hops < 100; hops++) {
      if (event === `completed:${this.#name}`) return event;
      const transition = this.#transitions.get(event);
      if (transition === undefined) throw new Error(`unhandled state [${event}]`);
      event = transition.next(world);
      if (transition.isExclusive) return event;
    }
    return event;
  }

  isCompleted(state: string | undefined): boolean {
    return state === `completed:${this.#name}`;
  }

  /** The state after everything that ends without a function: go-stepflow does that in the next `Apply`. */
  climbed(state: string): string {
    let last = state;
    let transition = this.#transitions.get(state);
    while (transition !== undefined && !transition.isExclusive) {
      const event = transition.next(nobody);
      if (event.startsWith('completed:')) last = event;
      transition = this.#transitions.get(event);
    }
    return last;
  }

  #static(from: string, to: string): void {
    this.#transitions.set(from, { isExclusive: false, next: () => to });
  }

  #dynamic(from: string, next: (world: World) => string): void {
    this.#transitions.set(from, { isExclusive: true, next });
  }

  #sequence(items: readonly Item[], scope: string): void {
    let last = `start:${scope}`;
    for (const item of items) {
      const name = nameOf(item, scope);
      this.#static(last, `start:${name}`);
      this.#item(item, name);
      last = `completed:${name}`;
    }
    this.#static(last, `completed:${scope}`);
  }

  #item(item: Item, name: string): void {
    const [start, completed] = [`start:${name}`, `completed:${name}`];
    switch (item.kind) {
      case 'do':
        return this.#dynamic(start, (world) => (world.call(name), completed));
      case 'waitFor':
        return this.#dynamic(start, (world) => (world.ask(name) ? completed : start));
      case 'steps':
        return this.#sequence(item.items, name);
      case 'case':
        this.#dynamic(start, (world) => (world.ask(name) ? `${start}/steps` : completed));
        this.#sequence(item.items, `${name}/steps`);
        return this.#static(`${completed}/steps`, completed);
      case 'loop':
        this.#static(start, `${start}/steps`);
        this.#sequence(item.items, `${name}/steps`);
        return this.#dynamic(`${completed}/steps`, (world) => (world.ask(name) ? completed : `${start}/steps`));
      case 'retry': {
        const before = new Set(this.#transitions.keys());
        this.#sequence(item.items, name);
        for (const [from, transition] of this.#transitions) {
          if (!before.has(from)) this.#transitions.set(from, { isExclusive: transition.isExclusive, next: (world) => tried(world, transition, name) });
        }
        return;
      }
      default:
        return item satisfies never;
    }
  }
}

function tried(world: World, transition: Transition, name: string): string {
  try {
    return transition.next(world);
  } catch (error) {
    if (world.handle(name, error)) return `start:${name}`;
    throw error;
  }
}

const nobody: World = {
  call: () => undefined,
  ask: () => true,
  handle: () => false,
};

/** The same items here. */
export function define(flow: Flow<undefined>, items: readonly Item[], world: World): void {
  const fill = (scope: Scope<undefined>, inside: readonly Item[], around: string): void => {
    for (const item of inside) add(scope, item, nameOf(item, around));
  };
  const add = (scope: Scope<undefined>, item: Item, name: string): void => {
    switch (item.kind) {
      case 'do':
        return void scope.customStep(() => world.call(name), item.name as never); // names are not known to the compiler here
      case 'waitFor':
        return void scope.waitFor(() => world.ask(name), item.name as never);
      case 'steps':
        return void scope.group((g) => fill(g, item.items, name), item.name as never);
      case 'case':
        return void scope.case(() => world.ask(name), item.name as never, (c) => fill(c, item.items, `${name}/steps`));
      case 'loop':
        return void scope.loopUntil((l) => fill(l, item.items, `${name}/steps`), item.name as never, () => world.ask(name));
      case 'retry':
        return void scope.retry((r) => fill(r, item.items, name), item.name as never, (_, error) => world.handle(name, error));
      default:
        return item satisfies never;
    }
  };
  flow.steps((scope) => fill(scope, items, flow.name));
}
