import { createFlows, key, NotVisibleError } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench, hands, throwing } from './bench.ts';
import { kinds, logBench, must } from './callback-log.ts';

interface Given { readonly k: number }

describe('what callbacks see of the input', () => {
  test('CTX-06, CTX-07 all six kinds and the body see its properties by key, and the input itself', async () => {
    const { flow, p } = bench<Given>();
    const seen: unknown[] = [];
    p.customStep((s) => void seen.push(['body', s.get('k'), s.input.k]), 'a');
    for (const kind of kinds) {
      if (kind === 'beforeFlow' || kind === 'afterFlow') flow[kind]((context) => void seen.push([kind, context.get('k'), context.input.k]));
      else flow[kind]((context: { readonly input: Given; get(name: string): unknown }) => void seen.push([kind, context.get('k'), context.input.k]));
    }
    await flow.run({ k: 1 });
    expect(seen).toEqual(['beforeFlow', 'beforeProcess', 'beforeStep', 'body', 'afterStep', 'afterProcess', 'afterFlow'].map((kind) => [kind, 1, 1]));
  });

  test('CTX-16, D15 what is set over it is not set in it, and what processes and steps set does not leak up', async () => {
    const { flow, p } = bench<Given>();
    const seen: unknown[] = [];
    p.customStep((s) => {
      seen.push(['body', s.get('k')]);
      s.set('k', 4);
    }, 'a');
    flow.beforeFlow((context) => {
      seen.push(['beforeFlow', context.get('k')]);
      context.set('k', 2);
      seen.push(['beforeFlow', context.get('k')]);
    });
    p.beforeProcess((context) => {
      seen.push(['beforeProcess', context.get('k')]);
      context.set('k', 3);
    });
    p.afterProcess((context) => void seen.push(['afterProcess', context.get('k')]));
    flow.afterFlow((context) => void seen.push(['afterFlow', context.get('k')]));
    const input = Object.freeze({ k: 1 });
    expect((await flow.run(input)).status).toBe('succeeded');
    expect([seen, input]).toEqual([
      [['beforeFlow', 1], ['beforeFlow', 2], ['beforeProcess', 2], ['body', 3], ['afterProcess', 4], ['afterFlow', 2]],
      { k: 1 },
    ]);
  });

  test('D15 without an input beforeFlow can set keys all the same', async () => {
    const { flow, p } = bench();
    flow.beforeFlow((context) => context.set('k', 1));
    p.customStep((s) => s.get('k'), 'a');
    expect((await flow.run()).value('a')).toBe(1);
  });
});

describe('keys that callbacks set', () => {
  const [k3, k4, k6] = [key<number>('3'), key<number>('4'), key<number>('6')];

  test('CTX-09 what beforeStep sets is seen by the body and by afterStep, and by what comes after the step', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    p.customStep((s) => void seen.push(s.get(k3)), 'a')
      .beforeStep((s) => s.set(k3, 3))
      .afterStep((s) => {
        seen.push(s.get(k3));
        s.set(k4, 4);
      })
      .next((s) => void seen.push(s.get(k3), s.get(k4)), 'b');
    p.customStep((s) => void seen.push(s.get(k3)), 'sibling');
    await flow.run();
    expect(seen).toEqual([3, 3, undefined, 3, 4]);
  });

  test('CTX-10 keys go from beforeProcess through beforeStep, body and afterStep to afterProcess', async () => {
    const { flow, p } = bench<Given>();
    const seen: unknown[] = [];
    const look = (context: { get(name: unknown): unknown }): void => void seen.push([context.get('k'), context.get(k3), context.get(k4), context.get(k6)]);
    p.beforeProcess((context) => context.set(k3, 3));
    p.beforeStep((s) => {
      look(s);
      s.set(k4, 4);
    });
    p.customStep((s) => {
      look(s);
      s.set(k6, 6);
    }, 'a');
    p.afterStep((s) => look(s)).afterProcess((context) => look(context));
    await flow.run({ k: 1 });
    expect(seen).toEqual([[1, 3, undefined, undefined], [1, 3, 4, undefined], [1, 3, 4, 6], [1, 3, 4, 6]]);
  });

  test('CTX-11 afterProcess sees of parallel writers the later declared one, however they ended, and afterStep the result', async () => {
    const { flow, p } = bench();
    const { first, second } = hands('first', 'second');
    const seen: unknown[] = [];
    for (const hand of [first, second]) {
      p.customStep(async (s) => {
        s.set('k', hand.name);
        return hand.run(s);
      }, hand.name).afterStep((_s, ended) => void seen.push(ended));
    }
    p.afterProcess((context) => void seen.push(context.get('k')));
    const run = flow.start();
    (await second.started(run.done)).succeed(2);
    (await first.started(run.done)).succeed(1);
    await run.done;
    expect(seen).toEqual([{ status: 'succeeded', value: 2 }, { status: 'succeeded', value: 1 }, 'second']);
  });

  test('CTX-18 afterProcess reads what each step has set by the step', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    const a = p.customStep((s) => s.set('k', 1), 'a');
    a.next((s) => s.set('k', 2), 'b').next(() => 1, 'c');
    p.afterProcess((context) => void seen.push(context.getByStep(a, 'k'), context.getByStep('b', 'k'), context.getByStep('c', 'k'), context.get('k')));
    await flow.run();
    expect(seen).toEqual([1, 2, undefined, 2]);
  });

  test('CTX-22 a key of beforeProcess belongs to no step', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    p.customStep(() => 1, 'a');
    p.beforeProcess((context) => context.set('k', 1)).afterProcess((context) => void seen.push(context.getByStep('a', 'k'), context.get('k')));
    await flow.run();
    expect(seen).toEqual([undefined, 1]);
  });

  test('NEW-32 keys that were set before an error are seen by afterStep and afterProcess', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    p.customStep((s) => {
      s.set('k', 1);
      throw new Error('broken');
    }, 'a').afterStep((s) => void seen.push(s.get('k')));
    p.afterProcess((context) => void seen.push(context.get('k')));
    await flow.run();
    expect(seen).toEqual([1, 1]);
  });

  test('what afterProcess sets is seen by the processes that are ordered after it, those of the flow by none', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    p.customStep((s) => s.set('k', 'step'), 'a');
    p.afterProcess((context) => context.set('k', 'after p'));
    const q = flow.process('q').after(p);
    q.customStep((s) => void seen.push(s.get('k')), 'b');
    flow.process('r').customStep((s) => void seen.push(s.get('k')), 'c');
    flow.afterFlow((context) => void seen.push(context.get('k')));
    await flow.run();
    expect(seen).toEqual([undefined, 'after p', undefined]);
  });

  test('a value that beforeProcess sets covers that of beforeFlow, for this process alone', async () => {
    const { flow, p } = bench();
    flow.beforeFlow((context) => context.set('k', 'flow'));
    p.beforeProcess((context) => context.set('k', 'process')).customStep((s) => s.get('k'), 'a').next((s) => s.get('k'), 'b');
    flow.process('q').customStep((s) => s.get('k'), 'c').next((s) => s.get('k'), 'd');
    const result = await flow.run();
    expect(['a', 'b', 'c', 'd'].map((name) => result.value(name))).toEqual(['process', 'process', 'flow', 'flow']);
  });

  // 40 writers in a row, then a reader
  test('with many writers in the run, those of beforeFlow and beforeProcess are seen as with few', async () => {
    const { flow, p } = bench();
    flow.beforeFlow((context) => context.set('flow', 1));
    p.beforeProcess((context) => context.set('process', 2));
    for (let step = 0; step < 40; step++) p.customStep((s) => s.set(`own ${step}`, step), `s${step}`);
    p.syncAll((s) => [s.get('flow'), s.get('process'), s.get('own 39')], 'end');
    const seen: unknown[] = [];
    p.afterProcess((context) => void seen.push(context.get('flow'), context.get('process'), context.get('own 0')));
    expect((await flow.run()).value('end')).toEqual([1, 2, 39]);
    expect(seen).toEqual([1, 2, 0]);
  });

  test('runs do not share them', async () => {
    const { flow, p } = bench<Given>();
    flow.beforeFlow((context) => context.set('own', (context.get<number>('own') ?? 0) + context.input.k));
    p.customStep((s) => s.get('own'), 'a');
    const results = await Promise.all([flow.run({ k: 1 }), flow.run({ k: 2 })]);
    expect(results.map((result) => result.value('a'))).toEqual([1, 2]);
  });
});

describe('what else callbacks see', () => {
  test('CTX-17 names, paths and the id of the run, in two runs', async () => {
    const { flow, p } = bench();
    const seen: string[] = [];
    p.customStep((s) => void seen.push(`body ${s.name} ${s.path} ${s.process} ${s.flow} ${s.runId}`), 'a');
    flow.beforeFlow((c) => void seen.push(`beforeFlow ${c.name} ${c.runId}`)).afterFlow((c) => void seen.push(`afterFlow ${c.name} ${c.runId}`));
    p.beforeProcess((c) => void seen.push(`beforeProcess ${c.name} ${c.flow} ${c.runId}`)).afterProcess((c) => void seen.push(`afterProcess ${c.name} ${c.flow} ${c.runId}`));
    p.beforeStep((s) => void seen.push(`beforeStep ${s.path} ${s.attempt} ${s.runId}`)).afterStep((s) => void seen.push(`afterStep ${s.path} ${s.attempt} ${s.runId}`));
    const words = (id: string): string[] => [
      `beforeFlow f ${id}`, `beforeProcess p f ${id}`, `beforeStep p/a 1 ${id}`, `body a p/a p f ${id}`, `afterStep p/a 1 ${id}`, `afterProcess p f ${id}`, `afterFlow f ${id}`,
    ];
    await flow.run();
    await flow.run();
    expect(seen).toEqual([...words('r-1'), ...words('r-2')]);
  });

  test('step callbacks see the results of the ancestors of their step', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    const a = p.customStep(() => 42, 'a');
    a.next(() => 1, 'b').beforeStep((s) => void seen.push(s.result(a))).afterStep((s) => void seen.push(s.outcome(a)));
    await flow.run();
    expect(seen).toEqual([42, { status: 'succeeded', value: 42 }]);
  });

  test('afterProcess and afterFlow see how steps ended, beforeProcess does not yet', async () => {
    const { flow, p } = bench();
    const seen: unknown[] = [];
    const a = p.customStep(throwing(new Error('broken')), 'a');
    a.next(() => 1, 'b');
    p.beforeProcess((context) => void context.outcome(a), must);
    const failing = await flow.run();
    expect(failing.errors[0]?.error.cause).toBeInstanceOf(NotVisibleError);
    expect(failing.errors[0]?.error.message).toBe(
      "callback 1 of beforeProcess at level 'process' failed for 'p': 'p/@before' asks how step 'p/a' ended, and it has not ended; ask after its end",
    );
    const other = createFlows().registerFlow('g');
    const q = other.process('q');
    const c = q.customStep(throwing(new Error('broken')), 'c');
    c.next(() => 1, 'd');
    q.afterProcess((context) => void seen.push(context.outcome(c).status, context.outcome('d').status));
    other.afterFlow((context) => void seen.push(context.outcome('q/d').status));
    await other.run();
    expect(seen).toEqual(['failed', 'cancelled', 'cancelled']);
  });

  test('the logger of the registry and a signal', async () => {
    const { flow, p, log } = logBench();
    p.customStep(() => 1, 'a');
    flow.beforeFlow((c) => void log.push(`${typeof c.logger.info} ${c.signal.aborted}`));
    p.beforeProcess((c) => void log.push(`${typeof c.logger.info} ${c.signal.aborted}`)).afterProcess((c) => void log.push(`${c.signal.aborted}`));
    await flow.run();
    expect(log).toEqual(['function false', 'function false', 'false']);
  });

  test('a context keeps no step at work: setting a key after the end of the step is refused', async () => {
    const { flow, p } = bench();
    let late: (() => void) | undefined;
    p.customStep(() => 1, 'a').afterStep((s) => void (late = () => s.set('k', 1)));
    await flow.run();
    expect(() => late?.()).toThrow(expect.objectContaining({ code: 'step-ended' }));
  });
});

describe('what callbacks set after their end', () => {
  test.each(['beforeFlow', 'beforeProcess'] as const)('a context of %s that was kept refuses it', async (kind) => {
    const { flow, p } = bench();
    p.customStep(() => 'fine', 'a');
    const kept: { set(name: string, value: number): void }[] = [];
    flow[kind]((context: { set(name: string, value: number): void }) => void kept.push(context));
    expect((await flow.run()).status).toBe('succeeded');
    const path = kind === 'beforeFlow' ? '@before' : 'p/@before';
    expect(() => kept[0]?.set('k', 1)).toThrow(`a callback of '${path}' sets a key after it has ended; set keys while the callback is at work`);
  });
});

test('getByStep of a callback about a process reads steps that it runs after, and no others', async () => {
  const { flow, p } = bench();
  p.customStep((s) => void s.set('k', 1), 'a');
  const q = flow.process('q').after(p);
  q.customStep((s) => void s.set('k', 2), 'b');
  flow.process('r').customStep((s) => void s.set('k', 3), 'c');
  const seen: unknown[] = [];
  q.beforeProcess((context) => void seen.push(context.getByStep('a', 'k')));
  q.afterProcess((context) => {
    seen.push(context.getByStep('b', 'k'));
    expect(() => context.getByStep('c', 'k')).toThrow(new NotVisibleError('r/c', "'q/@after' reads 'r/c', which it does not wait for; add it to its timings"));
  }, { must: true });
  expect([(await flow.run()).status, seen]).toEqual(['succeeded', [1, 2]]);
});
