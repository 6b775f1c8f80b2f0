import { expect } from 'vitest';
import { effectsOf, essenceOf, type Life, life, lives, type Way } from './lives.ts';

/** An apply that is done again at the same time calls the same functions, and comes to the same text. */
export async function expectSame(way: Way, whole: readonly Life[]): Promise<void> {
  for (const [number, one] of whole.entries()) {
    const same = await life(way, number, whole[number - 1]?.text, one.at);
    expect([same.effects, same.text], `apply ${number}`).toEqual([one.effects, one.text]);
  }
}

/**
 * The process of each apply dies before its snapshot is saved; another one applies again from the one before, a moment later. From there on the
 * same functions are called: so nothing is called more than once more. The moment may change which of two that wait for a time goes first.
 */
export async function expectSameEnd(way: Way, whole: readonly Life[]): Promise<void> {
  const effects = [...effectsOf(whole)].sort();
  for (const [lost, { at }] of whole.entries()) {
    const rest = await lives(way, lost, whole[lost - 1]?.text, at + 1);
    expect(endOf(rest), `apply ${lost}`).toEqual(endOf(whole));
    expect([...effectsOf(whole.slice(0, lost)), ...effectsOf(rest)].sort(), `apply ${lost}`).toEqual(effects);
  }
}

export function endOf(all: readonly Life[]): unknown {
  const result = all.at(-1)?.result;
  return result && essenceOf(result);
}
