import { defineResource } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { rowOf } from '../../src/durable/rows.ts';
import type { Store, StoredRow } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { lives, runId, type Life } from './lives.ts';

/** A store in which only the first rows of the run are kept: its process died then. */
async function cut(rows: readonly StoredRow[], { flow, fingerprint }: { readonly flow: string; readonly fingerprint: string }): Promise<Store> {
  const store = memoryStore();
  const [row, ...later] = rows;
  if (row === undefined) throw new Error('a run has a row');
  await store.create({ runId, flow, fingerprint, owner: 'gone', leaseUntil: 0, row });
  for (const next of later) {
    const entries = rowOf(next).entries;
    const end = entries.at(-1);
    const status = end?.t === 'ended' ? end.s : entries.some(({ t }) => t === 'recovered') ? 'running' : undefined;
    if (entries[0]?.t === 'claimed') await store.claim({ runId, owner: 'gone', now: 0, leaseUntil: 0, limit: 1, text: () => next.text });
    else await store.append([{ runId, row: next, ...(status && { status }) }]);
  }
  return store;
}

/*
 * before ─ p: 1 ─> 2 (fails in life 1) ─> 3 ──┬─> q: 5 ─ after
 *             └──> 4 ─────────────────────────┘
 * Process z has no part in it and ends in life 1.
 */
function define(log: string[]): (life: Life) => void {
  const pool = defineResource({ name: 'pool', initialize: () => ({ made: 1 }) });
  return ({ flow, p, number }) => {
    const say = (word: string): void => void log.push(word);
    const must = { must: true };
    flow.beforeFlow(() => say('before')).afterFlow(() => say('after'));
    flow.beforeProcess(({ name }) => say(`before ${name}`)).afterProcess(({ name }) => say(`after ${name}`));
    flow.beforeStep(({ name }) => say(`before ${name}`), must).afterStep(({ name }) => say(`after ${name}`), must);
    const one = p.customStep(async (s) => {
      say('1');
      s.set('k', 'set');
      await s.attach(pool);
      return 'one';
    }, '1');
    const two = p.customStep((s) => {
      say('2');
      if (number === 1) throw new Error('broken');
      return [s.result(one), s.get('k')];
    }, '2', one);
    p.customStep(async (s) => {
      say('3');
      return (await s.attach(pool)).entity.made;
    }, '3', two);
    p.customStep(() => say('4'), '4', one);
    flow.process('q').after(p).customStep((s) => {
      say('5');
      return s.get('k');
    }, '5');
    flow.process('z').customStep(() => say('6'), '6');
  };
}

/** The functions and callbacks that are recorded as done in these rows, after the last recovery as far as they are replayed. */
function doneIn(rows: readonly StoredRow[]): ReadonlySet<string> {
  const done = new Set<string>();
  for (const entry of rows.flatMap((row) => rowOf(row).entries)) {
    if ((entry.t === 'succeeded' || (entry.t === 'returned' && entry.s === 'succeeded')) && !entry.p.includes('@')) done.add(entry.p.split('/')[1] ?? '');
    if (entry.t === 'succeeded' && entry.p === '@before') done.add('before');
    if (entry.t === 'succeeded' && entry.p.endsWith('/@before')) done.add(`before ${entry.p.split('/')[0]}`);
    if (entry.t === 'succeeded' && entry.p.endsWith('@after')) {
      const unit = ` ${entry.p}`.replace(/[ /]@after$/, '');
      if (done.has(`before${unit}`)) done.add(`after${unit}`); // else it never began, and they did not run
    }
    if (entry.t === 'ended') for (const word of ['after', 'after p']) done.delete(word); // 2 had failed
  }
  return done;
}

describe('a run that fails, is recovered and dies at any row', () => {
  test('ends as one that does not die, repeats nothing that is recorded, and leaves nothing out', async () => {
    const log: string[] = [];
    const whole = lives(define(log));
    await whole.next();
    const { result } = await whole.next();
    expect(result.status).toBe('succeeded');
    const expected = [...result.steps];
    const stored = await whole.store.load(runId);
    const rows = stored?.rows ?? [];
    expect(rows.length).toBeGreaterThan(12);
    for (let kept = 1; kept < rows.length; kept++) {
      const head = rows.slice(0, kept);
      const again: string[] = [];
      const made = lives(define(again), { store: await cut(head, stored?.head ?? { flow: '', fingerprint: '' }), before: 1, clock: () => virtualClock(1e12) });
      const done = new Set(doneIn(head));
      let ended = await made.next();
      if (ended.result.status === 'failed') {
        for (const word of ['after', 'after p']) done.delete(word);
        ended = await made.next(); // it was recorded that step 2 had failed
      }
      expect([kept, ended.result.status, [...ended.result.steps]]).toEqual([kept, 'succeeded', expected]);
      expect([kept, again.filter((word) => done.has(word))]).toEqual([kept, []]);
      expect([kept, ...again.filter((word, at) => !word.startsWith('after') && again.indexOf(word) !== at)]).toEqual([kept]);
      const all = new Set([...again, ...done]);
      const bodies = ['1', '2', '3', '4', '5', '6', 'before', 'after', 'before p', 'after p', 'before q', 'after q', 'before z', 'after z'];
      expect([kept, bodies.filter((word) => !all.has(word))]).toEqual([kept, []]);
    }
  });
});

test('a recovery that is interrupted is a run at work: it is taken over like any other', async () => {
  const clocks = [virtualClock(), virtualClock(), virtualClock(60_000)];
  const made = lives(
    ({ p, note, number }) => {
      const one = p.customStep(note('1', 1), '1');
      p.customStep(() => (number === 2 ? new Promise(() => undefined) : 'value'), '2', one);
    },
    { clock: (life) => clocks[life - 1] ?? virtualClock() },
  );
  await made.next();
  const { flows } = await made.begin();
  await settle();
  expect((await flows.runs()).runs.map(({ status }) => status)).toEqual(['running']);
  const [run] = await made.registry().flows.recover();
  expect((await run?.done)?.value('2')).toBe('value');
});
