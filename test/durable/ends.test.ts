import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/durable/entry.ts';
import { problemsOfEnds } from './ends.ts';
import { journal } from './journal.ts';

const started = (p: string): Entry => ({ t: 'started', p, n: 1 });
const succeeded = (p: string): Entry => ({ t: 'succeeded', p });
const failed = (p: string): Entry => ({ t: 'failed', p, e: '', why: 'error' });
const over = (s: 'succeeded' | 'failed'): Entry => ({ t: 'ended', s });

describe('law K12', () => {
  test.each([
    ['of a run that succeeds', [started('a'), succeeded('a'), { t: 'skipped', p: 'b' }, over('succeeded')]],
    ['of a run that was recovered', [started('a'), failed('a'), started('@after'), succeeded('@after'), over('failed'), { t: 'recovered' }, started('a'), succeeded('a'), started('@after'), succeeded('@after'), over('succeeded')]],
    ['of a run that has not ended', [started('a'), started('b'), succeeded('b')]],
  ] as readonly (readonly [string, readonly Entry[]])[])('holds for the journal %s', (_, entries) => {
    expect(problemsOfEnds(journal(...entries))).toEqual([]);
  });

  test.each([
    ['a node is open at the end', [started('a'), over('failed')], "row 3: the run ends, and 'a' is open"],
    ['a node ends twice', [started('a'), failed('a'), failed('a')], "row 4: 'a' is 'failed', but it has ended"],
    ['a node goes on after its end', [started('a'), failed('a'), started('a')], "row 4: 'a' is 'started', but it has ended"],
    ['a success runs again', [succeeded('a'), over('failed'), { t: 'recovered' }, started('a')], "row 5: 'a' is 'started', but its end was kept by a recovery"],
  ] as readonly (readonly [string, readonly Entry[], string])[])('is broken when %s', (_, entries, problem) => {
    expect(problemsOfEnds(journal(...entries))).toEqual([problem]);
  });
});
