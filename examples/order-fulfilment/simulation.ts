import { setTimeout } from 'node:timers/promises';

/**
 * The world outside the shop: how long others take, and what goes wrong. Every draw follows from the seed and from what it
 * is about, never from the order in which things happen, so that two jobs with one seed meet the same troubles.
 */
export class Simulation {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Draws a number from 0 to below 1. */
  draw(...about: readonly (string | number)[]): number {
    let hash = 0x811c9dc5;
    for (const character of [this.#seed, ...about].join('/')) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193); // FNV-1a
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b); // the last bits of FNV-1a are poor; this is the end of MurmurHash3
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  }

  /** Lets time pass: between `from` and `to` milliseconds. */
  async latency(from: number, to: number, signal: AbortSignal, ...about: readonly (string | number)[]): Promise<void> {
    await this.silence(from + Math.floor(this.draw('latency', ...about) * (to - from)), signal);
  }

  /** Answers nothing for so many milliseconds. */
  async silence(ms: number, signal: AbortSignal): Promise<void> {
    await setTimeout(ms, undefined, { signal });
  }
}
