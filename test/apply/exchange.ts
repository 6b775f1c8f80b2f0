import { expect } from 'vitest';
import type { Applied } from '../../src/define/apply.ts';
import type { Flow } from '../../src/define/flow.ts';
import { createFlows } from '../../src/flows.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { applied, saved } from './controller.ts';
import { define, type Item, Stepflow, type World } from './stepflow.ts';

/** A world whose functions are all alike: they are noted by the last part of their names, and do what is said of them. */
export class Exchange implements World {
  readonly all: string[] = [];
  readonly #does: Readonly<Record<string, (s: readonly string[]) => unknown>>;

  constructor(does: Readonly<Record<string, (all: readonly string[]) => unknown>> = {}) {
    this.#does = does;
  }

  call(name: string): void {
    this.#do(name);
  }

  ask(name: string): boolean {
    return this.#do(name) !== false;
  }

  handle(name: string, error: unknown): boolean {
    return this.#do(`${name} ${(error as Error).message}`) !== false;
  }

  #do(name: string): unknown {
    const last = name.slice(name.lastIndexOf('/') + 1);
    this.all.push(last);
    return this.#does[last]?.(this.all);
  }
}

export interface Ran {
  readonly flow: Flow<undefined>;
  readonly applies: readonly Applied[];
  readonly cursors: readonly string[];
}

/** Runs the items here, one function after the other, and checks every position against the state machine of go-stepflow. */
export async function ran(name: string, items: readonly Item[], world: () => World): Promise<Ran> {
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow(name);
  define(flow, items, world());
  const applies = await applied(flow as never, { budget: 'one' });
  const cursors = applies.flatMap(({ snapshot }) => flow.cursor(saved(snapshot)));
  const there = world();
  const model = new Stepflow(name, items);
  let state: string | undefined;
  for (const cursor of cursors) {
    state = model.apply(state, there);
    expect(cursor).toBe(model.climbed(state));
  }
  expect(flow.isCompleted(applies.at(-1)!.snapshot)).toBe(true);
  return { flow, applies, cursors };
}

/** How many applies go-stepflow needs. */
export function theirs(name: string, items: readonly Item[], world: World): number {
  const model = new Stepflow(name, items);
  let count = 0;
  for (let state: string | undefined; !model.isCompleted(state); count++) state = model.apply(state, world);
  return count;
}

export function countOf(word: string, all: readonly string[]): number {
  return all.filter((one) => one === word).length;
}
