import { createFlows, defineResource, key, type Equality, type InternalError, type Logger, type RunEvent } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from '../define/issues.ts';
import { bench, internalErrors, recorded, throwing } from './bench.ts';

const fine = (): string => 'done';
const no = (): boolean => false;
const word = key<string>('word');

describe('a definition with problems of every kind', () => {
  /** Everything that the whole of a definition is needed for to see that it is wrong. */
  function broken() {
    const made = definition();
    const { flow, p } = made;
    const q = flow.process('q');
    const foreign = definition().p.customStep(fine, 'foreign');
    const a = p.customStep(fine, 'a');
    p.customStep(fine, 'a');
    p.customStep(fine, 'waits', 'nowhere', foreign);
    p.customStep(fine, 'begins').or().when(no);
    p.customStep(fine, 'twice').when(no).or().or().when(no);
    p.customStep(fine, 'ends').when(no).or();
    p.customStep(fine, 'never').skipWithDependents();
    p.customStep(fine, 'self', a).restrict(word, 'self');
    p.customStep(fine, 'beside', a).restrict(word, 'ends');
    p.customStep(fine, 'lost', a).restrict(word, 'nobody');
    p.customStep(fine, 'later').when(no).skipWithDependents({ except: ['nothing'] });
    q.customStep(fine, 'z').when(no).skipWithDependents({ except: [a, wrong(7)] });
    p.beforeStep(fine as () => void, { onlyFor: 'begin' });
    flow.afterProcess(fine as () => void, { notFor: 'r' });
    return made;
  }

  const found = [
    ['unknown-process', 'f'],
    ['unknown-step', 'p'],
    ['duplicate-step', 'p/a'],
    ['unknown-step', 'p/waits'],
    ['foreign-handle', 'p/waits'],
    ['empty-or-group', 'p/begins'],
    ['empty-or-group', 'p/twice'],
    ['empty-or-group', 'p/ends'],
    ['invalid-condition', 'p/never'],
    ['not-an-ancestor', 'p/self'],
    ['not-an-ancestor', 'p/beside'],
    ['unknown-step', 'p/lost'],
    ['unknown-step', 'p/later'],
    ['invalid-exception', 'q/z'],
    ['unknown-step', 'q/z'],
  ];

  test('reports them all in one error, each with its place', () => {
    const issues = issuesOf(broken().flow);
    expect(issues.map(({ code, at }) => [code, at]).sort()).toEqual(found.toSorted());
    for (const { message } of issues) expect(message).toMatch(/; /);
  });

  test('and a cycle besides', () => {
    const { flow, p } = broken();
    p.customStep(fine, 'round').after('round');
    expect(issuesOf(flow).map(({ code, at }) => [code, at]).sort()).toEqual([...found, ['cycle', 'p/round']].sort());
  });

  test('is refused by every way to run it, and stays open', async () => {
    const { flow, p } = broken();
    await expect(flow.run()).rejects.toMatchObject({ code: 'invalid-definition' });
    expect(() => flow.start()).toThrow(expect.objectContaining({ code: 'invalid-definition' }));
    expect(() => flow.compile()).toThrow(expect.objectContaining({ code: 'invalid-definition' }));
    expect(() => p.customStep(fine, 'more')).not.toThrow();
  });

  test('says of an exception that does not wait for the step what to do', () => {
    const { flow, p } = definition();
    p.customStep(fine, 'a').when(no).skipWithDependents({ except: ['b', 'a'] });
    p.customStep(fine, 'b');
    expect(issuesOf(flow).map(({ message }) => message)).toEqual([
      "step 'a' excepts 'b' from what it skips, which does not wait for it; take 'b' away, or let it wait for 'a'",
      "step 'a' excepts itself from what it skips; name steps that wait for it",
    ]);
  });
});

describe('what one call can see is refused there, and leaves nothing behind', () => {
  const { flow, p } = definition();
  const a = p.customStep(fine, 'a');

  test.for<[what: string, code: string, call: () => unknown]>([
    ['a callback that is no function', 'not-a-function', () => a.beforeStep(wrong('fn'))],
    ['an option that no callback has', 'invalid-option', () => p.beforeProcess(fine as () => void, wrong({ musst: true }))],
    ['always before the work', 'invalid-option', () => a.beforeStep(fine as () => void, wrong({ always: true }))],
    ['an end that nothing has', 'invalid-option', () => a.afterStep(fine as () => void, { when: wrong('skipped') })],
    ['a predicate that is no function', 'not-a-function', () => a.when(wrong(true))],
    ['a comparison with what has no order', 'invalid-condition', () => a.gt(word, wrong(null))],
    ['a comparison with nothing', 'invalid-condition', () => a.eq(word, wrong(undefined))],
    ['exceptions that are no list', 'invalid-option', () => a.skipWithDependents({ except: wrong('b') })],
    ['a key that is none', 'invalid-option', () => a.restrict(wrong(1), 'a')],
    ['a process that is none', 'invalid-option', () => p.merge(wrong({}))],
    ['a resource hook that is no function', 'not-a-function', () => defineResource({ name: 'r', release: wrong(1) })],
    ['records of a kind that there is not', 'invalid-option', () => createFlows().records(wrong({ steps: {} }))],
  ])('%s', ([, code, call]) => {
    expect(call).toThrow(expect.objectContaining({ code }));
    expect(issuesOf(flow)).toEqual([]);
  });
});

/** Throws whenever it is asked. */
const sick: Equality = { equals: throwing(new Error('equals')) };

describe('what throws around steps', () => {
  test('is contained: each is told once, with its stage and place, and the run goes on', async () => {
    const { flow, flows, p } = bench();
    const told: InternalError[] = [];
    flows.onInternalError((event) => void told.push(event));
    const boom = (name: string) => throwing(new Error(name));
    flows.records({ flow: { insert: boom('insert flow') }, process: { update: boom('update process') }, step: { insert: boom('insert step'), update: boom('update step') } });
    flow.beforeFlow(boom('beforeFlow')).afterFlow(boom('afterFlow'));
    flow.beforeProcess(boom('beforeProcess')).afterProcess(boom('afterProcess'));
    p.beforeStep(boom('beforeStep')).afterStep(boom('afterStep')).afterStep(fine as () => void, { if: boom('if') });
    const pool = defineResource({ name: 'pool', release: boom('release') });
    const bad = defineResource({ name: 'bad', initialize: boom('initialize') });
    const a = p.customStep(async (s) => {
      await s.attach(pool);
      await s.attach(bad).catch(() => undefined);
      s.set('sick', sick);
      return 'value';
    }, 'a');
    a.next(fine, 'b').when(boom('when')).or().eq('sick', 1).or().eq(word, sick as unknown as string);
    a.next(fine, 'c').neq('sick', 1);
    const run = flow.start();
    const events = recorded(run);
    const result = await run.done;
    await settle();
    expect([result.status, result.value('a'), result.outcome('b').status, result.outcome('c').status]).toEqual(['succeeded', 'value', 'skipped', 'skipped']);
    const expected = [
      ['persist', 'f', 'insert flow'],
      ['callback', 'f', 'beforeFlow'],
      ['callback', 'p', 'beforeProcess'],
      ['persist', 'p/a', 'insert step'],
      ['callback', 'p/a', 'beforeStep'],
      ['resource', 'p/a', 'initialize'],
      ['callback', 'p/a', 'afterStep'],
      ['callback', 'p/a', 'if'],
      ['persist', 'p/a', 'update step'],
      ['condition', 'p/b', 'when'],
      ['condition', 'p/b', 'equals'],
      ['condition', 'p/c', 'equals'],
      ['callback', 'p', 'afterProcess'],
      ['persist', 'p', 'update process'],
      ['resource', undefined, 'release'],
      ['callback', 'f', 'afterFlow'],
    ];
    const heard = internalErrors(events);
    const shown = (list: readonly InternalError[]): unknown => list.map(({ stage, path, error }) => [stage, path, error.message].join(' ')).sort();
    expect(shown(heard)).toEqual(expected.map((line) => line.join(' ')).sort());
    expect(shown(told)).toEqual(shown(heard));
  });

  test('UTL-04: must callbacks that throw, at every level at once, end the run with one error for each unit, and a success with one is none', async () => {
    const { flow, flows, p } = bench();
    for (const level of [flows, flow, p] as const) level.afterStep(throwing(new Error('afterStep')), { must: true }).afterProcess(throwing(new Error('afterProcess')), { must: true });
    flow.afterFlow(throwing(new Error('afterFlow')), { must: true });
    p.customStep(fine, 'a').next(fine, 'b');
    const result = await flow.run();
    expect(result.errors.map(({ path, error }) => [path, (error.cause as Error).message])).toEqual([['p/a', 'afterStep'], ['@after', 'afterFlow'], ['p/@after', 'afterProcess']]);
    expect(result.outcome('b').status).toBe('cancelled');
  });

  test('who is told and throws as well changes nothing: listeners, handlers, loggers', async () => {
    const sickLogger = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, throwing(new Error('logger'))])) as unknown as Logger;
    const flows = createFlows({ clock: virtualClock(), logger: sickLogger });
    const sink = flows.onInternalError(throwing(new Error('handler')), { capacity: 1, discard: throwing(new Error('discard')) });
    const flow = flows.registerFlow('f');
    const p = flow.process('p');
    p.beforeProcess(throwing()).afterProcess(throwing()).afterStep(throwing());
    p.customStep((s) => s.attach(defineResource({ name: 'pool', release: throwing() })), 'a').next(fine, 'b').when(throwing());
    const run = flow.start();
    run.on('*', throwing(new Error('listener')));
    expect((await run.done).status).toBe('succeeded');
    await sink.idle();
    expect(sink.handled + sink.discarded).toBeGreaterThan(4);
  });

  test.for<[string, unknown]>([['nothing', undefined], ['null', null], ['a name', 'pool'], ['an object that cannot be disposed of', {}]])(
    'a resource that is %s fails the step or the callback that attaches it, and no other',
    async ([, given]) => {
      const { flow, p } = bench();
      p.beforeProcess(async (c) => void (await c.attach(wrong(given))));
      p.customStep((s) => s.attach(wrong(given)), 'a');
      p.customStep((s) => s.acquire(wrong(given)), 'b');
      p.customStep(fine, 'c');
      const run = flow.start();
      const events: RunEvent[] = recorded(run);
      const result = await run.done;
      expect(result.errors.map(({ path, error }) => [path, (error as Error & { code?: string }).code])).toEqual([['p/a', 'unknown-resource'], ['p/b', 'unknown-resource']]);
      expect(result.outcome('c').status).toBe('succeeded');
      expect(internalErrors(events).map((event) => [event.stage, event.callback?.kind])).toEqual([['callback', 'beforeProcess']]);
    },
  );
});
