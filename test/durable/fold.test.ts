import { describe, expect, test } from 'vitest';
import type { BreakPoint, Entry, Row } from '../../src/durable/entry.ts';
import { fold } from '../../src/durable/fold.ts';
import { first, journal, recordOf, timeOf } from './journal.ts';

const p = 'main/a';
const started: Entry = { t: 'started', p, n: 1 };
const again: Entry = { t: 'started', p, n: 2 };
const succeeded: Entry = { t: 'succeeded', p, v: '1' };
const failed: Entry = { t: 'failed', p, e: '"no"', why: 'error' };
const stopped: Entry = { t: 'stopped', p };
const ended: Entry = { t: 'ended', s: 'failed' };
const recovered: Entry = { t: 'recovered' };
const claimed = (epoch: number): Entry => ({ t: 'claimed', owner: `owner ${epoch}`, epoch });

describe('a run', () => {
  test('begins as it was created and claimed', () => {
    expect(fold(journal())).toStrictEqual({
      format: 1,
      flow: 'order',
      fingerprint: 'f1',
      input: '"in"',
      options: { graceMs: 5000 },
      createdAt: timeOf(1),
      seq: 1,
      moments: 0,
      owner: 'one',
      epoch: 1,
      paths: {},
      latches: [],
      paused: [],
      resources: {},
      recovered: 0,
    });
  });

  test('belongs to nobody before it is claimed', () => {
    expect(fold([{ seq: 1, at: 1, entries: first.slice(0, 1) }])).toMatchObject({ owner: undefined, epoch: 0 });
  });

  test('belongs to the last one who claimed it', () => {
    expect(fold(journal(claimed(2), claimed(5)))).toMatchObject({ owner: 'owner 5', epoch: 5 });
  });

  test('ends, and does not begin by that', () => {
    expect(fold(journal({ t: 'ended', s: 'succeeded' }))).toMatchObject({ ended: { s: 'succeeded', at: timeOf(2) }, createdAt: timeOf(1) });
  });

  test('goes on with another definition', () => {
    expect(fold(journal({ t: 'migrated', fingerprint: 'f2' }))).toMatchObject({ fingerprint: 'f2', flow: 'order', input: '"in"' });
  });

  test('counts first starts and outcomes in the order of the entries', () => {
    const b = 'main/b';
    const state = fold(journal([started, { t: 'started', p: b, n: 1 }], [{ t: 'retrying', p, n: 2, at: 9, e: '' }], again, [{ t: 'succeeded', p: b }, { t: 'skipped', p: 'main/c' }], succeeded));
    expect(state.moments).toBe(5);
    expect(state.paths).toMatchObject({ [p]: { begin: 0, end: 4 }, [b]: { begin: 1, end: 2 }, 'main/c': { end: 3 } });
    expect(state.paths['main/c']).not.toHaveProperty('begin');
  });
});

describe('a node', () => {
  test('is at work since its first start', () => {
    expect(recordOf(started)).toStrictEqual({ s: 'started', n: 1, begin: 0, since: timeOf(2), at: timeOf(2) });
  });

  test('succeeds', () => {
    expect(recordOf(started, { ...succeeded, w: [['plain', 'k', '1']] })).toStrictEqual({
      s: 'succeeded',
      n: 1,
      begin: 0,
      since: timeOf(2),
      end: 1,
      at: timeOf(3),
      v: '1',
      w: [['plain', 'k', '1']],
    });
  });

  test('fails with why, where and whether it was given up', () => {
    const at: BreakPoint = { stage: 'before', level: 'flow', order: 2 };
    expect(recordOf(started, { ...failed, why: 'callback', at, abandoned: true })).toMatchObject({ s: 'failed', e: '"no"', why: 'callback', breakPoint: at, abandoned: true, end: 1 });
  });

  test('is stopped before and after its start', () => {
    expect(recordOf(stopped)).toStrictEqual({ s: 'stopped', n: 0, end: 0, at: timeOf(2) });
    expect(recordOf(started, { ...stopped, abandoned: true })).toMatchObject({ s: 'stopped', n: 1, begin: 0, end: 1, abandoned: true });
  });

  test('is skipped, alone or with what waits for it, also by a condition that threw', () => {
    expect(recordOf({ t: 'skipped', p })).toStrictEqual({ s: 'skipped', n: 0, end: 0, at: timeOf(2) });
    expect(recordOf({ t: 'skipped', p, cascade: true, e: '"why"' })).toMatchObject({ cascade: true, e: '"why"' });
  });

  test('waits for its next attempt, and then has its first start still', () => {
    const retrying: Entry = { t: 'retrying', p, n: 2, at: 7777, e: '"no"' };
    expect(recordOf(started, retrying)).toStrictEqual({ s: 'retrying', n: 2, begin: 0, since: timeOf(2), at: timeOf(3), retryAt: 7777, e: '"no"' });
    expect(recordOf(started, retrying, again)).toStrictEqual({ s: 'started', n: 2, begin: 0, since: timeOf(2), at: timeOf(4) });
  });

  test.each([
    [{ t: 'returned', p, s: 'succeeded', v: '1' }, { how: 'succeeded', v: '1' }],
    [{ t: 'returned', p, s: 'failed', e: '"no"', why: 'timeout' }, { how: 'failed', e: '"no"', why: 'timeout' }],
    [{ t: 'returned', p, s: 'stopped' }, { how: 'stopped' }],
  ] as const)('is returned while callbacks after it run: %o', (entry, kept) => {
    expect(recordOf(started, entry)).toStrictEqual({ s: 'returned', n: 1, begin: 0, since: timeOf(2), at: timeOf(3), ...kept });
  });

  test('keeps the value of its function when callbacks after it end well', () => {
    const record = recordOf(started, { t: 'returned', p, s: 'succeeded', v: '1' }, { t: 'succeeded', p });
    expect(record).toMatchObject({ s: 'succeeded', v: '1' });
    expect(record).not.toHaveProperty('how');
  });

  test('keeps the keys that it set, those of earlier attempts too, the last value of each', () => {
    const retrying: Entry = { t: 'retrying', p, n: 2, at: 9, e: '', w: [['plain', 'k', '1'], ['plain', 'l', '1']] };
    expect(recordOf(started, retrying)?.w).toEqual(retrying.w);
    expect(recordOf(started, retrying, again)?.w).toEqual(retrying.w);
    expect(recordOf(started, retrying, again, { ...succeeded, w: [['plain', 'k', '2'], ['typed', 'l', '3']] })?.w).toEqual([
      ['plain', 'l', '1'],
      ['plain', 'k', '2'],
      ['typed', 'l', '3'],
    ]);
    expect(recordOf(started, retrying, again, failed)?.w).toEqual(retrying.w);
  });
});

describe('a claim', () => {
  test('makes every attempt at work a lost one, and counts it', () => {
    expect(recordOf(started, claimed(2))).toStrictEqual({ s: 'lost', n: 1, begin: 0, since: timeOf(2), at: timeOf(3), crashes: 1 });
    expect(recordOf(started, claimed(2), again, claimed(3))).toMatchObject({ s: 'lost', n: 2, crashes: 2, begin: 0, since: timeOf(2) });
  });

  test('counts a lost attempt once, however often the run is claimed before the next one', () => {
    expect(recordOf(started, claimed(2), claimed(3))).toMatchObject({ s: 'lost', crashes: 1, at: timeOf(3) });
  });

  test('keeps why a step failed before the run was recovered', () => {
    expect(recordOf(started, failed, recovered, started, claimed(2))).toMatchObject({ s: 'lost', n: 1, why: 'error', crashes: 1 });
  });

  test('leaves what was recorded as it is', () => {
    const wait: Entry = { t: 'retrying', p, n: 2, at: 9, e: '' };
    const back: Entry = { t: 'returned', p, s: 'succeeded' };
    for (const entry of [wait, back, succeeded, failed, stopped]) expect(recordOf(started, entry, claimed(2))).toStrictEqual(recordOf(started, entry));
  });

  test('is remembered by an attempt that comes after it, and by its end', () => {
    expect(recordOf(started, claimed(2), again)).toStrictEqual({ s: 'started', n: 2, begin: 0, since: timeOf(2), at: timeOf(4), crashes: 1 });
    expect(recordOf(started, claimed(2), again, succeeded)).toMatchObject({ s: 'succeeded', crashes: 1 });
    expect(recordOf(started, claimed(2), again, { t: 'retrying', p, n: 3, at: 9, e: '' })).toMatchObject({ crashes: 1 });
  });
});

describe('a run that is closed, paused and resumed', () => {
  const latched = (region: string, more: Partial<Extract<Entry, { t: 'latched' }>> = {}): Entry => ({ t: 'latched', p: region, mode: 'drain', why: 'stop', ...more });
  const latches = (...entries: readonly Entry[]): unknown => fold(journal(...entries)).latches;

  test('the first decision stays', () => {
    expect(latches(latched('', { v: '1' }), latched('', { why: 'timeout', v: '2' }))).toStrictEqual([{ p: '', mode: 'drain', why: 'stop', v: '1', at: timeOf(2) }]);
  });

  test('a drain may be raised to an abort, and not the other way', () => {
    const abort = [{ p: '', mode: 'abort', why: 'stop', v: '1', at: timeOf(2) }];
    expect(latches(latched('', { v: '1' }), latched('', { mode: 'abort', why: 'timeout', v: '2' }))).toStrictEqual(abort);
    expect(latches(latched('', { mode: 'abort', v: '1' }), latched('', { v: '2' }))).toStrictEqual(abort);
  });

  test('force holds from then on, and makes an abort of it', () => {
    expect(latches(latched('a'), latched('a', { mode: 'abort', force: true }), latched('a', { mode: 'abort' }))).toStrictEqual([
      { p: 'a', mode: 'abort', why: 'stop', force: true, at: timeOf(2) },
    ]);
    expect(latches(latched('', { force: true, mode: 'abort' }))).toStrictEqual([{ p: '', mode: 'abort', why: 'stop', force: true, at: timeOf(2) }]);
  });

  test('an abort of the flow is one of its processes', () => {
    expect(latches(latched('a'), latched('b'), latched('', { mode: 'abort', force: true }))).toMatchObject([
      { p: 'a', mode: 'abort', force: true },
      { p: 'b', mode: 'abort', force: true },
      { p: '', mode: 'abort', force: true },
    ]);
    expect(latches(latched('a'), latched(''))).toMatchObject([{ p: 'a', mode: 'drain' }, { p: '', mode: 'drain' }]);
  });

  test('a process of a closed flow is only closed for more than that', () => {
    expect(latches(latched('', { v: '1' }), latched('a', { v: '2' }))).toMatchObject([{ p: '' }]);
    expect(latches(latched('', { v: '1' }), latched('a', { mode: 'abort', v: '2' }))).toMatchObject([{ p: '', mode: 'drain' }, { p: 'a', mode: 'abort', v: '1' }]);
  });

  test('pauses of the flow and of its processes hold beside each other', () => {
    const pause = [{ t: 'paused', p: 'a' }, { t: 'paused', p: '' }] as const;
    expect(fold(journal(...pause)).paused).toEqual(['a', '']);
    expect(fold(journal(...pause, { t: 'resumed', p: '' })).paused).toEqual(['a']);
    expect(fold(journal(...pause, { t: 'resumed', p: 'a' })).paused).toEqual(['']);
  });

  test('who closes a region ends its pause', () => {
    const pause = [{ t: 'paused', p: 'a' }, { t: 'paused', p: 'b' }] as const;
    expect(fold(journal(...pause, latched('a'))).paused).toEqual(['b']);
    expect(fold(journal(...pause, latched(''))).paused).toEqual([]);
  });
});

describe('resources', () => {
  const suspended = (region: string, name: string): Entry => ({ t: 'suspended', p: region, resources: [{ name, entity: '1', entries: [['plain', 'k', '2']] }] });

  test('are those that were suspended last, for each process', () => {
    expect(fold(journal(suspended('a', 'x'), suspended('b', 'y'), suspended('a', 'z'))).resources).toEqual({
      a: [{ name: 'z', entity: '1', entries: [['plain', 'k', '2']] }],
      b: [{ name: 'y', entity: '1', entries: [['plain', 'k', '2']] }],
    });
  });

  test('are kept until the run succeeds', () => {
    expect(Object.keys(fold(journal(suspended('a', 'x'), ended, recovered)).resources)).toEqual(['a']);
    expect(fold(journal(suspended('a', 'x'), { t: 'ended', s: 'succeeded' })).resources).toEqual({});
  });
});

describe('a recovery', () => {
  const over = [ended, recovered] as const;

  test('opens the run again: nothing closes or pauses it, and it has not ended', () => {
    const latched: Entry = { t: 'latched', p: '', mode: 'abort', why: 'stop' };
    const state = fold(journal(latched, { t: 'paused', p: 'main' }, ended, recovered, ended, recovered));
    expect(state).toMatchObject({ latches: [], paused: [], recovered: 2, owner: 'one', epoch: 1 });
    expect(state).not.toHaveProperty('ended');
  });

  test('keeps every success and every skip', () => {
    for (const entry of [succeeded, { t: 'skipped', p, cascade: true }] as const) expect(recordOf(started, entry, ...over)).toStrictEqual(recordOf(started, entry));
  });

  test('resets what failed or was stopped, but for the keys that it set', () => {
    const w = [['plain', 'k', '1']] as const;
    expect(recordOf(started, claimed(2), again, { ...failed, w }, ...over)).toStrictEqual({ s: 'reset', n: 0, since: timeOf(2), at: timeOf(7), w, why: 'error' });
    expect(recordOf(started, { ...stopped, w, abandoned: true }, ...over)).toStrictEqual({ s: 'reset', n: 0, since: timeOf(2), at: timeOf(5), w });
  });

  test('gives what was reset a new first start', () => {
    const state = fold(journal(started, failed, ...over, started));
    expect(state.paths[p]).toMatchObject({ s: 'started', n: 1, begin: 2, since: timeOf(6) });
    expect(state.paths[p]).not.toHaveProperty('end');
    expect(state.moments).toBe(3);
  });

  test('goes on at the callback before a step that broke it off', () => {
    const at: BreakPoint = { stage: 'before', level: 'process', order: 2 };
    expect(recordOf(started, { ...failed, why: 'callback', at }, ...over)).toMatchObject({ s: 'reset', breakPoint: at });
    expect(recordOf(started, { ...failed, why: 'callback', at }, ...over, started, claimed(2))).toMatchObject({ s: 'lost', breakPoint: at });
    expect(recordOf(started, { ...failed, why: 'callback', at }, ...over, started, failed)).not.toHaveProperty('breakPoint');
    expect(recordOf(started, { ...failed, why: 'callback', at }, ...over, started, stopped, ...over)).toMatchObject({ s: 'reset', breakPoint: at });
  });

  describe('of a step that a callback after it broke off', () => {
    const at: BreakPoint = { stage: 'after', level: 'flow', order: 3 };
    const broken: Entry = { t: 'failed', p, e: '"late"', why: 'callback', at, w: [['plain', 'l', '2']] };
    const back = [started, { t: 'returned', p, s: 'succeeded', v: '1', w: [['plain', 'k', '1']] }, broken] as const;

    test('does not run its function again', () => {
      expect(recordOf(...back, ...over)).toStrictEqual({
        s: 'reset',
        n: 0,
        since: timeOf(2),
        at: timeOf(6),
        how: 'succeeded',
        v: '1',
        why: 'callback',
        breakPoint: at,
        w: [['plain', 'k', '1'], ['plain', 'l', '2']],
      });
    });

    test('does not forget that when the process at work dies, or when the step fails or is stopped once more', () => {
      const kept = { how: 'succeeded', v: '1', breakPoint: at };
      expect(recordOf(...back, ...over, started, claimed(2))).toMatchObject({ s: 'lost', crashes: 1, ...kept });
      expect(recordOf(...back, ...over, started, claimed(2), again)).toMatchObject({ s: 'started', n: 2, ...kept });
      expect(recordOf(...back, ...over, started, stopped, ...over)).toMatchObject({ s: 'reset', ...kept });
      expect(recordOf(...back, ...over, started, { ...broken, at: { ...at, order: 4 } }, ...over)).toMatchObject({ s: 'reset', ...kept, breakPoint: { ...at, order: 4 } });
      expect(recordOf(...back, ...over, started, { ...failed, why: 'crashes' }, ...over)).toMatchObject({ s: 'reset', ...kept });
    });

    test('ends with the value of the function', () => {
      const record = recordOf(...back, ...over, started, { t: 'succeeded', p });
      expect(record).toMatchObject({ s: 'succeeded', v: '1' });
      expect(Object.keys(record ?? {})).not.toEqual(expect.arrayContaining(['how']));
      expect(record).not.toHaveProperty('breakPoint');
    });

    test('goes on after a function that had succeeded when it was stopped', () => {
      expect(recordOf(...back.slice(0, 2), stopped, ...over)).toMatchObject({ s: 'reset', how: 'succeeded', v: '1' });
    });
  });

  test.each(['failed', 'stopped'] as const)('runs a function again that had %s before a callback after it failed', (s) => {
    const back: Entry = s === 'failed' ? { t: 'returned', p, s, e: '"no"', why: 'error' } : { t: 'returned', p, s };
    const record = recordOf(started, back, { ...failed, at: { stage: 'after', level: 'step', order: 1 } }, ...over);
    expect(record).toStrictEqual({ s: 'reset', n: 0, since: timeOf(2), at: timeOf(6), why: 'error' });
  });

  test('forgets callbacks after the flow whatever their end, and those after processes that did not go well', () => {
    const paths = ['@after', 'main/@after', 'main/@before', 'main/after'];
    const entries = paths.map((path): Entry => ({ t: 'succeeded', p: path }));
    const state = fold(journal(entries, { t: 'failed', p: 'other/@after', e: '', why: 'callback' }, ...over));
    expect(Object.keys(state.paths)).toEqual(['main/@after', 'main/@before', 'main/after']);
  });

  test('runs callbacks after a process from their beginning when they start once more', () => {
    const begun: Entry = { t: 'started', p: 'main/@after', n: 1 };
    const state = fold(journal(begun, { t: 'succeeded', p: 'main/@after', w: [['plain', 'k', '1']] }, started, ...over, begun));
    expect(state.paths['main/@after']).toStrictEqual({ s: 'started', n: 1, begin: 3, since: timeOf(7), at: timeOf(7) });
  });
});

describe('a journal that is not one', () => {
  const rows = journal(started, succeeded, ended);
  const without = (seq: number): readonly Row[] => rows.filter((row) => row.seq !== seq);

  test.each([
    ['without rows', [], 'it has no entry'],
    ['without its first row', without(1), 'row 1 is missing: the first one is row 2'],
    ['with a gap', without(3), 'row 3 is missing: row 4 comes after row 2'],
    ['with a row that comes twice', [...rows.slice(0, 2), rows[1]!], 'row 2 comes twice'],
    ['in the wrong order', [...rows, rows[1]!], 'row 2 comes after row 4'],
    ['that begins with something else', [{ ...rows[0]!, entries: [started] }], "its first entry is 'started' instead of 'created'"],
    ['that begins twice', [...rows, { seq: 5, at: 1, entries: first }], 'row 5 creates the run once more'],
    ['with a claim of an earlier epoch', [...rows, { seq: 5, at: 1, entries: [claimed(1)] }], 'row 5 is a claim of epoch 1 after one of epoch 1'],
  ])('%s is corrupt', (_, wrong, what) => {
    expect(() => fold(wrong)).toThrow(
      expect.objectContaining({ name: 'CorruptJournalError', code: 'corrupt-journal', message: `the journal of a run is corrupt: ${what}; restore the run from a copy, or delete it` }),
    );
  });

  test('a state goes on with the row after it only', () => {
    const state = fold(rows.slice(0, 2));
    expect(() => fold(rows.slice(1), state)).toThrow('row 2 comes twice');
    expect(() => fold(rows.slice(3), state)).toThrow('row 3 is missing');
    expect(fold([], state)).toStrictEqual(state);
  });
});
