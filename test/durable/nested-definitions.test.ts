import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import { createFlows } from '../../src/flows.ts';
import type { Scope } from '../../src/define/scope.ts';
import { type Process, type Run, settled, type StepContext } from '../../src/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { handStep } from '../../src/testing/hand-step.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { storeOf } from './cuts.ts';
import { rowOf } from '../../src/durable/rows.ts';

type Shape = (process: Process<undefined>, flows: DurableFlows) => void;

const work = (): string => 'done';
const step = (name: string) => (scope: Scope<undefined>) => scope.customStep(work, name);

/** What keeps a run that was cut off behind the first entry of a kind about a path from going on with another definition. */
async function differences(before: Shape, cutAt: string, after: Shape): Promise<readonly string[] | 'fits'> {
  const whole = memoryStore();
  const first = createFlows({ store: whole, clock: virtualClock(Date.now()) }); // no time passes: a run that gives the event loop its turn has other rows
  before(first.registerFlow<undefined>('order').process('p'), first);
  await first.get('order')!.run(undefined, { runId: 'r' });
  const { rows, head } = (await whole.load('r'))!;
  const last = rows.findIndex((row) => rowOf(row).entries.some((entry) => 'p' in entry && `${entry.t} ${entry.p}` === cutAt));
  if (last < 0) throw new Error(`no ${cutAt} in ${rows.map(({ text }) => text).join('\n')}`);
  const store = await storeOf('r', rows.slice(0, last + 1));
  await store.saveDefinition('order', head.fingerprint, (await whole.loadDefinition('order', head.fingerprint))!);
  const flows = createFlows({ store });
  after(flows.registerFlow<undefined>('order').process('p'), flows);
  const { problems } = await flows.check();
  const [problem] = problems;
  if (problem !== undefined) {
    await expect(flows.resume('r')).rejects.toThrow(problem.error.message);
    return problem.differences;
  }
  expect((await (await flows.resume('r')).done).status).toBe('succeeded');
  return 'fits';
}

const two: Shape = (p) =>
  void p.group((g) => {
    const a = g.customStep(work, 'a');
    return g.customStep(work, 'b').after(a);
  }, 'g');

describe('R19: a recorded run and the bodies of composite steps that have changed', () => {
  test('it goes on with steps that come behind what is done in a body', async () => {
    const longer: Shape = (p) =>
      void p.group((g) => {
        const a = g.customStep(work, 'a');
        const b = g.customStep(work, 'b').after(a);
        g.customStep(work, 'beside');
        return g.loopUntil(step('x'), 'c', () => true).after(b);
      }, 'g');
    expect(await differences(two, 'started p/g/b', longer)).toBe('fits');
  });

  test('it does not go on without a step of a body that has a record, or with one before it', async () => {
    const other: Shape = (p) =>
      void p.group((g) => {
        const first = g.customStep(work, 'first');
        const a = g.customStep(work, 'a').after(first);
        return g.customStep(work, 'bb').after(a);
      }, 'g');
    expect(await differences(two, 'started p/g/b', other)).toEqual([
      "'p/g/a' has been at work, and now it would have to wait for 'p/g/first'",
      "'p/g/b' is recorded and not defined any more; is it 'p/g/bb' now?",
    ]);
  });

  test.each<[string, Shape, Shape, string, readonly string[]]>([
    ['a step is a loop now', (p) => void p.customStep(work, 'a').next(work, 'b'), (p) => void p.customStep(work, 'b').after(p.loopUntil(step('x'), 'a', () => true)), 'succeeded p/a', ["'p/a' is recorded as a step, and is a loop now"]],
    ['a wait is a step now', (p) => void p.customStep(work, 'b').after(p.waitFor(() => true, 'a')), (p) => void p.customStep(work, 'b').after(p.customStep(work, 'a')), 'succeeded p/a', ["'p/a' is recorded as a composite step, and is a step like others now"]],
    ['a loop in a group is a retry now', (p) => void p.group((g) => g.loopUntil(step('x'), 'a', () => true), 'g'), (p) => void p.group((g) => g.retry(step('x'), 'a', { retries: 1 }), 'g'), 'started p/g/a#1/x', ["'p/g/a' is recorded as a loop, and is a retry now"]],
    ['a case that was decided is a group now', (p) => void p.case(() => true, 'a', step('x')), (p) => void p.group(step('x'), 'a'), 'started p/a/x', ["'p/a' is recorded as another kind of composite step, and is a group now"]],
    ['a loop is a group now', (p) => void p.loopUntil(step('x'), 'a', () => true), (p) => void p.group(step('x'), 'a'), 'started p/a#1/x', ["'p/a' is recorded as a loop, and is a group now", "'p/a#1/x' is recorded and not defined any more"]],
    ['a case has lost its other branch', (p) => void p.case(() => false, 'a', step('x'), step('y')), (p) => void p.case(() => false, 'a', step('x')), 'started p/a#otherwise/y', ["'p/a#otherwise/y' is recorded and not defined any more"]],
    ['a step of items is gone', (p) => void p.forEach([1, 2], 'a', step('x')), (p) => void p.forEach([1, 2], 'a', step('zzz')), 'started p/a/0/x', ["'p/a/0/x' is recorded and not defined any more", "'p/a/1/x' is recorded and not defined any more"]],
  ])('it does not go on when %s', async (_, before, after, cutAt, expected) => {
    expect(await differences(before, cutAt, after)).toMatchObject(expected.map((text): unknown => expect.stringContaining(text)));
  });

  test('it does not go on when a flow that it calls has lost a step, though its own definition is the same', async () => {
    const calling =
      (...names: readonly string[]): Shape =>
      (p, flows) => {
        const other = flows.registerFlow<undefined>('other');
        other.process('q').follow(...(names.map((name) => Object.defineProperty(() => 1, 'name', { value: name })) as [() => number, ...(() => number)[]]));
        p.group((g) => void g.call(other, 'call', () => undefined), 'g');
      };
    expect(await differences(calling('a', 'b'), 'started p/g/call/q/b', calling('a', 'c'))).toEqual(["'p/g/call/q/b' is recorded and not defined any more; is it 'p/g/call/q/c' now?"]);
    expect(await differences(calling('a', 'b'), 'started p/g/call/q/b', calling('a', 'b', 'c'))).toBe('fits');
  });
});

describe('R19: what a stop has kept from starting in a body keeps no run from going on with a longer definition', () => {
  type Inner = (scope: Scope<undefined>, hangs: boolean) => void;

  /** A step that ends when it is stopped, one that never starts therefore, and one that runs all the same, and hangs or not. */
  const body: Inner = (scope, hangs) => {
    const long = scope.customStep(untilAborted, 'long');
    const never = scope.customStep(work, 'never').after(settled(long));
    scope.always(() => (hangs ? new Promise(() => undefined) : undefined), 'end').after(settled(never));
  };

  const untilAborted = ({ signal }: StepContext<undefined>): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  type Define = (process: Process<undefined>, isNew: boolean) => void;

  type Meanwhile = (run: Run, clock: VirtualClock) => unknown;

  async function problemsOf(define: Define, meanwhile: Meanwhile, started: string, concurrency?: number): Promise<readonly unknown[]> {
    const store = memoryStore();
    const clock = virtualClock(0);
    const first = createFlows({ store, clock, concurrency });
    define(first.registerFlow<undefined>('order').process('p'), false);
    const run = first.get('order')!.start(undefined, { runId: 'r' });
    await settle();
    await meanwhile(run, clock);
    await settle(); // and here it dies
    const { rows } = (await store.load('r'))!;
    expect(rows.flatMap((row) => rowOf(row).entries.flatMap((entry) => (entry.t === 'started' ? [entry.p] : [])))).toContain(started);
    const flows = createFlows({ store, clock });
    const p = flows.registerFlow<undefined>('order').process('p');
    define(p, true);
    p.customStep(work, 'new');
    return (await flows.check()).problems;
  }

  test('when the run was stopped', async () => {
    const define = (p: Process<undefined>): void => void p.group((g) => body(g, true), 'g');
    expect(await problemsOf(define, (run) => run.stop('enough', { mode: 'abort' }), 'p/g/end')).toEqual([]);
  });

  test('when the time of its step was up, and the step is over', async () => {
    const define = (p: Process<undefined>): void => {
      p.loopUntil((l) => body(l, false), 'l', () => true).stepTimeout('1m');
      p.customStep(() => new Promise(() => undefined), 'hangs');
    };
    expect(await problemsOf(define, (_, clock) => clock.advance('1m'), 'p/l#1/end')).toEqual([]);
  });

  test.each<[string, (p: Process<undefined>, fill: Inner) => { stepTimeout: (time: '1m') => unknown }, string]>([
    ['a group', (p, fill) => p.group((g) => fill(g, true), 'a'), 'p/a/end'],
    ['a loop', (p, fill) => p.loopUntil((l) => fill(l, true), 'a', () => true), 'p/a#1/end'],
    ['a forEach', (p, fill) => p.forEach(['x'], 'a', (each) => fill(each, true)), 'p/a/0/end'],
    ['a group around a group', (p, fill) => p.group((g) => void g.group((h) => fill(h, true), 'b'), 'a'), 'p/a/b/end'],
  ])('when the time of %s is up, and an always step in it is at work', async (_, composite, started) => {
    expect(await problemsOf((p) => composite(p, body).stepTimeout('1m'), (_run, clock) => clock.advance('1m'), started)).toEqual([]);
  });

  test('when the time of its step was up, which has more of it now', async () => {
    const define: Define = (p, isNew) => void p.group((g) => body(g, true), 'g').stepTimeout(isNew ? '1h' : '1m');
    expect(await problemsOf(define, (_, clock) => clock.advance('1m'), 'p/g/end')).toEqual([]);
  });

  test('when the time of its step is up before anything in it could start', async () => {
    const hog = handStep('hog');
    const define = (p: Process<undefined>): void => {
      p.group((g) => body(g, true), 'g').stepTimeout('1m');
      p.customStep(hog.run, 'hog');
    };
    const meanwhile = async (run: Run, clock: VirtualClock): Promise<void> => {
      const call = await hog.started(run.done);
      await clock.advance('1m');
      call.succeed();
    };
    expect(await problemsOf(define, meanwhile, 'p/g/end', 1)).toEqual([]);
  });

  test('when its step has failed', async () => {
    const define: Define = (p, isNew) => {
      p.loopUntil((l) => {
        if (isNew) l.customStep(work, 'more');
        l.customStep(() => { throw new Error('broken'); }, 'fails');
        l.always(work, 'end');
      }, 'l', () => true);
      p.customStep(() => new Promise(() => undefined), 'hangs');
    };
    expect(await problemsOf(define, () => undefined, 'p/l#1/end')).toEqual([]);
  });

  test('but not what comes before an always step that was at work before the time was up', async () => {
    const define: Define = (p, isNew) => {
      p.group((g) => {
        if (isNew) g.customStep(work, 'more');
        g.always(() => new Promise(() => undefined), 'end');
      }, 'g').stepTimeout('1h');
    };
    expect(await problemsOf(define, (_, clock) => clock.advance('1m'), 'p/g/end')).toMatchObject([{ differences: ["'p/g/end' has been at work, and now it would have to wait for 'p/g/more'"] }]);
  });

  test.each([
    ['fails when it is aborted', untilAborted],
    ['ends well when it is aborted', (s: StepContext<undefined>): Promise<void> => untilAborted(s).catch(() => undefined)],
  ])('when another item has failed, and the item is over or in its last step: what was at work %s', async (_, aborted) => {
    const define = (p: Process<undefined>): void => {
      p.forEach(['fails', 'ends', 'hangs'], 'each', (each) => {
        const long = each.customStep(aborted, 'long').when((s) => s.result(each.item) !== 'fails');
        const never = each.customStep(work, 'never').after(settled(long));
        each.always((s) => (s.result(each.item) === 'hangs' ? new Promise(() => undefined) : undefined), 'end').after(settled(never));
        each.customStep(() => { throw new Error('broken'); }, 'fails').when((s) => s.result(each.item) === 'fails');
      }, { key: (item) => item });
    };
    expect(await problemsOf(define, () => undefined, 'p/each/ends/end')).toEqual([]);
  });
});
