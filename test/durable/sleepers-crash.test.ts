import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { changed } from './workers-kit.ts';

const hour = 3_600_000;

/** What happens in the life of a run that sleeps again and again. */
function define(store: Store, clock: VirtualClock, owner: string, effects: string[]) {
  const flows = createFlows({ store, clock, owner, random: () => 1 });
  const p = flows.registerFlow('order').process('p');
  const note = (word: string) => (): string => {
    effects.push(word);
    return word;
  };
  const first = p.customStep(note('first'), 'first');
  const sleep = p.sleep('1h', 'sleep').after(first);
  const word = p.waitForSignal<'word', string>('word', { timeout: '6h' }).after(sleep);
  const turns = p.loopUntil((l) => l.customStep(note('turn'), 'turn'), 'turns', (_, __, i) => i === 2, { every: '1h' }).after(word);
  p.customStep((s) => {
    effects.push(`last ${s.attempt} ${s.result(word)}`);
    if (s.attempt < 2) throw new Error('not yet');
  }, 'last', turns).stepRetry({ retries: 3, delay: '1h' });
  return flows;
}

/** A store that dies with its process: at its write of a number, before that is done or after. From then on nothing is answered. */
function mortal(good: Store, at: number, isDone: boolean): { readonly store: Store; readonly isDead: () => boolean } {
  let writes = 0;
  const never = new Promise<never>(() => undefined);
  const guarded = <Given extends readonly unknown[], Answer>(method: (...given: Given) => Promise<Answer>, isWrite: boolean) =>
    async (...given: Given): Promise<Answer> => {
      if (writes >= at) return never;
      if (isWrite) writes += 1;
      const isLast = writes >= at;
      if (isLast && !isDone) return never;
      const answer = await method(...given);
      return isLast ? never : answer;
    };
  const store = changed(good, {
    append: guarded(good.append.bind(good), true),
    claim: guarded(good.claim.bind(good), false),
    renew: guarded(good.renew.bind(good), false),
    release: guarded(good.release.bind(good), false),
    messages: guarded(good.messages.bind(good), false),
    load: guarded(good.load.bind(good), false),
  });
  return { store, isDead: () => writes >= at };
}

interface Lived {
  readonly effects: string[];
  readonly isDead: boolean;
  readonly status: string;
  readonly problems: string[];
}

/** Submits a run, lets a process work on it that dies, and another one that does not. */
async function lived(at: number, isDone: boolean): Promise<Lived> {
  const clock = virtualClock(0);
  const good = memoryStore();
  const effects: string[] = [];
  const problems: string[] = [];
  const sender = define(good, clock, 'sender', []);
  await sender.submit('order', undefined, { runId: 'r' });
  const { store, isDead } = mortal(good, at, isDone);
  const one = define(store, clock, 'one', effects);
  one.worker({ pollEvery: '1m' });
  const two = define(good, clock, 'two', effects);
  two.onInternalError(({ error }) => void problems.push(error.message));
  await clock.advance(hour / 2);
  await sender.sendSignal('r', 'word', 'yes', { id: 's-1' });
  for (let hours = 0; hours < 8; hours += 1) {
    if (isDead()) break;
    await clock.advance(hour / 2);
  }
  await sender.sendSignal('r', 'word', 'again', { id: 's-1' }).catch(() => undefined);
  const worker = two.worker({ pollEvery: '1m' });
  await clock.advance(8 * hour);
  await worker.stop({ grace: 0 });
  const result = await two.result('r');
  return { effects, isDead: isDead(), status: result?.status ?? 'running', problems };
}

describe('a run that sleeps again and again', () => {
  test('ends the same wherever its process dies, and does nothing twice that is recorded', async () => {
    const expected = ['first', 'turn', 'turn', 'last 1 yes', 'last 2 yes'];
    let deaths = 0;
    for (let at = 1; ; at += 1) {
      const [before, after] = [await lived(at, false), await lived(at, true)];
      if (!before.isDead) {
        expect(before).toEqual({ effects: expected, isDead: false, status: 'succeeded', problems: [] });
        break;
      }
      for (const { effects, status, problems } of [before, after]) {
        deaths += 1;
        expect([at, status, problems]).toEqual([at, 'succeeded', []]);
        // a step at work may be repeated once, as its next attempt
        expect([at, new Set(effects.map((effect) => effect.replace(/\d/, '')))]).toEqual([at, new Set(['first', 'turn', 'last  yes'])]);
        expect(effects.length, `write ${at}: ${effects.join()}`).toBeLessThanOrEqual(expected.length + 1);
      }
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
