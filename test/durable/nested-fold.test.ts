import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/durable/entry.ts';
import { fold } from '../../src/durable/fold.ts';
import { CorruptJournalError } from '../../src/durable/journal-errors.ts';
import type { Snapshot } from '../../src/durable/snapshot.ts';
import { snapshotOf, snapshotText } from '../../src/durable/snapshot-text.ts';
import { journal, timeOf } from './journal.ts';

type Group = Entry | readonly Entry[];

const open = (p: string): Entry => ({ t: 'started', p, n: 1, x: 1 });
const start = (p: string): Entry => ({ t: 'started', p, n: 1 });
const succeed = (p: string, x?: 1): Entry => ({ t: 'succeeded', p, v: '1', ...(x && { x }) });
const fail = (p: string, x?: 1): Entry => ({ t: 'failed', p, e: 'e', why: 'error', ...(x && { x }) });
const claim: Entry = { t: 'claimed', owner: 'two', epoch: 2 };
const over: readonly Entry[] = [{ t: 'ended', s: 'failed' }];
const recovered: Entry = { t: 'recovered' };

function stateOf(...groups: readonly Group[]): Snapshot {
  return fold(journal(...groups));
}

function pathsOf(...groups: readonly Group[]): readonly string[] {
  return Object.keys(stateOf(...groups).paths).toSorted();
}

describe('a composite step at work', () => {
  test('is open, and stays so when somebody else takes the run over, while what is in it is lost', () => {
    const { paths } = stateOf(open('m/a'), start('m/a/b'), claim);
    expect(paths['m/a']).toMatchObject({ s: 'open', kind: 'composite', n: 1 });
    expect(paths['m/a']).not.toHaveProperty('crashes');
    expect(paths['m/a/b']).toMatchObject({ s: 'lost', crashes: 1 });
  });

  test('keeps what it has decided, how often its body ran, and until when it waits', () => {
    const { paths } = stateOf(open('m/a'), { t: 'opened', p: 'm/a' }, { t: 'decided', p: 'm/a', v: 'true' }, { t: 'iterated', p: 'm/a', i: 2, at: 9, e: 'no' }, { t: 'parked', p: 'm/a', until: 7 });
    expect(paths['m/a']).toMatchObject({ s: 'open', opened: true, e: 'no', work: { decided: 'true', index: 2, at: 9, until: 7 } });
  });

  test('forgets the error of a run of its body, and when the next one begins, when it goes on', () => {
    const { paths } = stateOf(open('m/a'), { t: 'iterated', p: 'm/a', i: 2, at: 9, e: 'no' }, { t: 'iterated', p: 'm/a', i: 3 });
    expect(paths['m/a']?.work).toEqual({ index: 3 });
    expect(paths['m/a']).not.toHaveProperty('e');
  });

  test('gathers items in the order of their chunks', () => {
    const { paths } = stateOf(
      open('m/a'),
      { t: 'expanded', p: 'm/a', from: 0, keys: ['x', 'y'], items: ['1', '2'], last: false },
      { t: 'expanded', p: 'm/a', from: 2, keys: ['z'], items: ['3'], last: true },
    );
    expect(paths['m/a']?.work).toEqual({ keys: ['x', 'y', 'z'], items: ['1', '2', '3'], expanded: true });
  });

  test('does not change a state that was given out when more items come', () => {
    const rows = journal(open('m/a'), { t: 'expanded', p: 'm/a', from: 0, keys: ['x'], last: false }, { t: 'expanded', p: 'm/a', from: 1, keys: ['y'], last: true });
    const before = fold(rows.slice(0, 3));
    expect(fold(rows.slice(3), before).paths['m/a']?.work?.keys).toEqual(['x', 'y']);
    expect(before.paths['m/a']?.work?.keys).toEqual(['x']);
  });

  test.each<[string, Group]>([
    ['items that leave a gap', [open('m/a'), { t: 'expanded', p: 'm/a', from: 1, keys: ['x'], last: true }]],
    ['a decision of a step that is none', [start('m/a'), { t: 'decided', p: 'm/a', v: '1' }]],
    ['a decision of a step that never started', { t: 'iterated', p: 'm/a', i: 2 }],
  ])('refuses %s', (_, entries) => {
    expect(() => stateOf(entries)).toThrow(CorruptJournalError);
  });
});

describe('what is inside of a composite step', () => {
  const inside: readonly Entry[] = [start('m/a/b'), start('m/a#otherwise/b'), open('m/a#1/b'), start('m/a#1/b#2/c'), start('m/a/k/l/m'), start('m/ab'), start('m/ab/c')];

  test('goes with its success, at every depth, and nothing else does', () => {
    expect(pathsOf([open('m/a'), ...inside], succeed('m/a', 1))).toEqual(['m/a', 'm/ab', 'm/ab/c']);
  });

  test('stays when it fails or is stopped, and when a call succeeds', () => {
    for (const end of [fail('m/a'), { t: 'stopped', p: 'm/a' } as const, succeed('m/a')]) expect(pathsOf([open('m/a'), ...inside], end)).toHaveLength(8);
  });

  test('goes when its body runs once more', () => {
    const again: Entry = { t: 'iterated', p: 'm/a', i: 2 };
    expect(pathsOf([open('m/a'), open('m/a#1/b'), start('m/a#1/b/c'), start('m/ab')], again, start('m/a#2/b'))).toEqual(['m/a', 'm/a#2/b', 'm/ab']);
  });

  test('of an item goes with the success of the item, which leaves one record', () => {
    const { paths } = stateOf(open('m/a'), [start('m/a/x/b'), succeed('m/a/x/b'), succeed('m/a/x', 1), start('m/a/xy/b'), fail('m/a/xy/b'), fail('m/a/xy', 1)]);
    expect(Object.keys(paths).toSorted()).toEqual(['m/a', 'm/a/x', 'm/a/xy', 'm/a/xy/b']);
    expect(paths['m/a/x']).toMatchObject({ s: 'succeeded', kind: 'item', n: 0, v: '1' });
  });

  test('takes what resources of flows called there have kept with it', () => {
    const suspended = (p: string): Entry => ({ t: 'suspended', p, resources: [] });
    expect(Object.keys(stateOf([open('m/a'), suspended('m/a/p'), suspended('m')], succeed('m/a', 1)).resources)).toEqual(['m']);
    expect(Object.keys(stateOf([open('m/a'), suspended('m/a#1/b/p'), suspended('m')], { t: 'iterated', p: 'm/a', i: 2 }).resources)).toEqual(['m']);
  });

  test('takes with it that the time of flows called there, and of their processes, was up', () => {
    const late = (p: string): Entry => ({ t: 'latched', p, mode: 'abort', why: 'timeout' });
    const closed = (...groups: readonly Group[]): readonly string[] => stateOf(...groups).latches.map(({ p }) => p);
    expect(closed([open('m/a'), late('m/a/b'), late('m/a/c/p'), late('m')], succeed('m/a', 1))).toEqual(['m']);
    expect(closed([open('m/a'), late('m/a#1/b'), late('m/a#1/b/p'), late('m/ab')], { t: 'iterated', p: 'm/a', i: 2 })).toEqual(['m/ab']);
  });
});

describe('a recovery', () => {
  test('opens a composite step again with what it has decided, and counts its attempts anew', () => {
    const before: readonly Entry[] = [open('m/a'), { t: 'decided', p: 'm/a', v: 'in' }, { t: 'iterated', p: 'm/a', i: 3, at: 9, e: 'no' }, start('m/a#3/b'), succeed('m/a#3/b'), start('m/a#3/c'), fail('m/a#3/c'), fail('m/a')];
    const { paths } = stateOf([...before, ...over], recovered);
    expect(paths['m/a']).toEqual({ s: 'reset', kind: 'composite', n: 0, at: timeOf(3), since: timeOf(2), why: 'error', work: { decided: 'in', index: 3, first: 3 } });
    expect(paths['m/a#3/b']?.s).toBe('succeeded');
    expect(paths['m/a#3/c']?.s).toBe('reset');
    expect(stateOf([...before, ...over], recovered, open('m/a')).paths['m/a']).toMatchObject({ s: 'open', work: { decided: 'in', index: 3, first: 3 } });
  });

  test('forgets items that did not go well, and keeps what is in them', () => {
    const { paths } = stateOf([open('m/a'), { t: 'expanded', p: 'm/a', from: 0, keys: ['x', 'y', 'z'], last: true }, succeed('m/a/x', 1), start('m/a/y/b'), fail('m/a/y/b'), fail('m/a/y', 1), { t: 'stopped', p: 'm/a/z', x: 1 }, fail('m/a'), ...over], recovered);
    expect(Object.keys(paths).toSorted()).toEqual(['m/a', 'm/a/x', 'm/a/y/b']);
    expect(paths['m/a']?.work?.keys).toEqual(['x', 'y', 'z']);
  });

  test('keeps what a composite step has decided that is stopped before it starts again', () => {
    const { paths } = stateOf([open('m/a'), { t: 'iterated', p: 'm/a', i: 2 }, { t: 'stopped', p: 'm/a' }, ...over], [recovered, { t: 'stopped', p: 'm/a' }, ...over], recovered);
    expect(paths['m/a']).toMatchObject({ s: 'reset', kind: 'composite', work: { index: 2, first: 2 } });
  });

  test('leaves everything as it is inside of a call that succeeded', () => {
    const { paths } = stateOf([open('m/a'), start('m/a/p/b'), fail('m/a/p/b'), start('m/a/@after'), fail('m/a/@after'), succeed('m/a'), ...over], recovered);
    expect(paths['m/a/p/b']?.s).toBe('failed');
    expect(paths['m/a/@after']?.s).toBe('failed');
  });

  test('runs the callbacks after a flow that is called again, and those after its processes that did not go well', () => {
    const called: readonly Entry[] = [open('m/a'), start('m/a/p/b'), fail('m/a/p/b'), start('m/a/p/@after'), fail('m/a/p/@after'), start('m/a/q/@after'), succeed('m/a/q/@after'), start('m/a/@after'), succeed('m/a/@after'), fail('m/a')];
    expect(Object.keys(stateOf([...called, ...over], recovered).paths).toSorted()).toEqual(['m/a', 'm/a/p/b', 'm/a/q/@after']);
  });
});

test('a loop of any length and a list of any length leave one record, and take a time that grows with the length', () => {
  const turns = (count: number): readonly Group[] => Array.from({ length: count }, (_, i): Group => [start(`m/a#${i + 1}/b`), succeed(`m/a#${i + 1}/b`), { t: 'iterated', p: 'm/a', i: i + 2 }]);
  expect(Object.keys(stateOf(open('m/a'), ...turns(2000)).paths)).toEqual(['m/a']);
  const items = (count: number): readonly Group[] =>
    Array.from({ length: count }, (_, i): Group => [{ t: 'expanded', p: 'm/a', from: i, keys: [`${i}`], items: ['1'], last: false }, start(`m/a/${i}/b`), succeed(`m/a/${i}/b`), succeed(`m/a/${i}`, 1)]);
  const state = stateOf(open('m/a'), ...items(10_000));
  expect(Object.keys(state.paths)).toHaveLength(10_001);
  expect(snapshotOf(snapshotText(state))).toStrictEqual(state);
  expect(Object.keys(stateOf(open('m/a'), ...items(10_000), succeed('m/a', 1)).paths)).toEqual(['m/a']);
});
