import { describe, expect, test } from 'vitest';
import { lives, untilSuccess, type Life } from './lives.ts';

/** Two callbacks of each kind at each level, and one step, in the order in which they run. */
const kinds = { BF: ['registry', 'flow'], BP: ['registry', 'flow', 'process'], BS: ['registry', 'flow', 'process', 'step'] } as const;

interface Part {
  readonly word: string;
  readonly stage: 'BF' | 'BP' | 'BS' | 'body' | 'AS' | 'AP' | 'AF';
}

const methods = { BF: 'beforeFlow', BP: 'beforeProcess', BS: 'beforeStep', AS: 'afterStep', AP: 'afterProcess', AF: 'afterFlow' } as const;

/** The parts of a run, in order: callbacks at these levels, `copies` of each, around one step. */
function parts(levels: Readonly<Record<'BF' | 'BP' | 'BS', readonly string[]>>, copies: number): readonly Part[] {
  const stage = (of: Part['stage'], at: readonly string[]): Part[] =>
    at.flatMap((level) => Array.from({ length: copies }, (_, index) => ({ stage: of, word: `${of} ${level}${copies === 1 ? '' : ` ${index + 1}`}` })));
  return [
    ...stage('BF', levels.BF), ...stage('BP', levels.BP), ...stage('BS', levels.BS),
    { stage: 'body', word: 'body' },
    ...stage('AS', levels.BS), ...stage('AP', levels.BP), ...stage('AF', levels.BF),
  ];
}

/** A flow of these parts, of which part `n` fails in life `n`. */
function failing(all: readonly Part[], isLate: boolean) {
  return ({ flows, flow, p, note }: Life): void => {
    const words = all.map(({ word }, index) => ({ word, fn: note(word, index + 1) }));
    const step = p.customStep(words.find(({ word }) => word === 'body')?.fn as () => void, '1');
    const at: Record<string, unknown> = { registry: flows, flow, process: p, step };
    for (const [index, { stage, word }] of all.entries()) {
      if (stage === 'body') continue;
      const fn = (words[index] as (typeof words)[number]).fn;
      const later = async (): Promise<void> => {
        await Promise.resolve();
        fn();
      };
      const target = at[word.split(' ')[1] as string] as Record<string, (fn: () => unknown, options: object) => unknown>;
      target[methods[stage]]?.(isLate ? later : fn, { must: true });
    }
  };
}

/** What the life calls in which one part fails, and the one before it failed in the life before. */
function expectedCalls(all: readonly Part[], fails: number): readonly string[] {
  const at = Math.max(0, fails - 1);
  const failed = all[fails]?.stage;
  const of = (...stages: Part['stage'][]): Part[] => all.filter(({ stage }) => stages.includes(stage));
  const before = all[at]?.stage;
  const replayed = before === 'AP' || before === 'AF' ? all.findIndex(({ stage }) => stage === before) : at;
  const here = all.slice(replayed, fails + 1);
  const after: Partial<Record<Part['stage'], Part[]>> = { BP: of('AF'), BS: of('AP', 'AF'), body: of('AS', 'AP', 'AF'), AS: of('AP', 'AF'), AP: of('AF') };
  return [...here, ...((failed !== undefined && after[failed]) || [])].map(({ word }) => word);
}

test('REC-46: one callback of each level at all 17 positions fails in turn, and every recovery goes on exactly there', async () => {
  const all = parts({ BF: ['registry', 'flow'], BP: ['registry', 'flow', 'process'], BS: ['registry', 'flow', 'process'] }, 1);
  expect(all.length).toBe(17);
  const AP = ['AP registry', 'AP flow', 'AP process'];
  const AF = ['AF registry', 'AF flow'];
  expect(await untilSuccess(lives(failing(all, false)))).toEqual([
    ['BF registry'],
    ['BF registry', 'BF flow'],
    ['BF flow', 'BP registry', ...AF],
    ['BP registry', 'BP flow', ...AF],
    ['BP flow', 'BP process', ...AF],
    ['BP process', 'BS registry', ...AP, ...AF],
    ['BS registry', 'BS flow', ...AP, ...AF],
    ['BS flow', 'BS process', ...AP, ...AF],
    ['BS process', 'body', 'AS registry', 'AS flow', 'AS process', ...AP, ...AF],
    ['body', 'AS registry', ...AP, ...AF],
    ['AS registry', 'AS flow', ...AP, ...AF],
    ['AS flow', 'AS process', ...AP, ...AF],
    ['AS process', 'AP registry', ...AF],
    ['AP registry', 'AP flow', ...AF],
    [...AP, ...AF],
    [...AP, 'AF registry'],
    ['AF registry', 'AF flow'],
    AF,
  ]);
});

describe('REC-46 with two callbacks of each kind at each level, also of the step, that end', () => {
  test.for([false, true])('later: %s', async (isLate) => {
    const all = parts(kinds, 2);
    const expected = Array.from({ length: all.length + 1 }, (_, fails) => expectedCalls(all, fails));
    expect(await untilSuccess(lives(failing(all, isLate)))).toEqual(expected);
  });
});

test('REC-47: a second step, and callbacks of the flow alone: nine lives', async () => {
  const all = ['BF', 'BP', 'BS', '1', 'AS', '2', 'AP', 'AF'] as const;
  const calls = await untilSuccess(
    lives(({ flow, p, note }) => {
      const failing = (word: (typeof all)[number]): (() => void) => note(word, all.indexOf(word) + 1);
      p.customStep(failing('1'), '1').next(failing('2'), '2');
      const must = { must: true };
      flow.beforeFlow(failing('BF'), must).beforeProcess(failing('BP'), must).beforeStep(failing('BS'), { must: true, onlyFor: '1' });
      flow.afterStep(failing('AS'), { must: true, onlyFor: '1' }).afterProcess(failing('AP'), must).afterFlow(failing('AF'), must);
    }),
  );
  expect(calls).toEqual([
    ['BF'],
    ['BF', 'BP', 'AF'],
    ['BP', 'BS', 'AP', 'AF'],
    ['BS', '1', 'AS', 'AP', 'AF'],
    ['1', 'AS', 'AP', 'AF'],
    ['AS', '2', 'AP', 'AF'],
    ['2', 'AP', 'AF'],
    ['AP', 'AF'],
    ['AF'],
  ]);
});
