import type { Item, World } from './stepflow.ts';
import { type Draw, pick, rarely } from '../kernel/draw.ts';

const framed = ['steps', 'case', 'loop', 'retry'] as const;

/** Draws items, nested at most `depth` deep. */
export function randomItems(draw: Draw, depth: number): readonly Item[] {
  const count = rarely(draw, 8) ? 0 : 1 + draw(3);
  return Array.from({ length: count }, (_, index): Item => {
    const name = `${pick(draw, ['a', 'b', 'c'])}${index}`;
    if (depth === 0 || !rarely(draw, 2)) return { kind: rarely(draw, 3) ? 'waitFor' : 'do', name };
    return { kind: pick(draw, framed), name, items: randomItems(draw, depth - 1) };
  });
}

/** A world in which everything depends on a number, the name, and how often it was called. It notes every call. */
export class RandomWorld implements World {
  readonly calls: string[] = [];
  readonly #seed: number;
  readonly #counts: Map<string, number>;

  constructor(seed: number, counts: ReadonlyMap<string, number> = new Map()) {
    this.#seed = seed;
    this.#counts = new Map(counts);
  }

  /** The same world from here on, for somebody else. */
  copy(): RandomWorld {
    return new RandomWorld(this.#seed, this.#counts);
  }

  call(name: string): void {
    if (this.#next(name) < 2 && this.#chance(name) < 0.2) throw new Error(`${name} failed`);
  }

  ask(name: string): boolean {
    const count = this.#next(name);
    return name.endsWith('Case') ? this.#chance(name) < 0.7 : count >= 1 + Math.floor(3 * this.#chance(name));
  }

  handle(name: string, error: unknown): boolean {
    this.#next(`handle ${name} ${(error as Error).message}`);
    return this.#chance(`handle ${name}`) < 0.7;
  }

  #next(name: string): number {
    this.calls.push(name);
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }

  #chance(name: string): number {
    let hash = this.#seed;
    for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
    return ((hash ^ (hash >>> 13)) % 997) / 997;
  }
}
