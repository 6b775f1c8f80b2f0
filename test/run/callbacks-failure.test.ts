import { CallbackError, NonErrorThrown, RunError, type InternalError, type Run } from 'millrace';
import { describe, expect, test } from 'vitest';
import { throwing } from './bench.ts';
import { kinds, logBench, must } from './callback-log.ts';

const broken = new Error('broken');

function problems(run: Run): InternalError[] {
  const events: InternalError[] = [];
  run.on('internal-error', (event) => void events.push(event));
  return events;
}

/** A flow of one step with a note for each kind at registry, flow, process and step; `fails` names the one that throws. */
function noted(fails: string, options: { readonly must?: boolean } = {}, thrown: unknown = broken) {
  const made = logBench();
  const { flows, flow, p, log, note, later } = made;
  const a = p.customStep(note('body'), 'a');
  const levels = { registry: flows, flow, process: p, step: a } as const;
  for (const kind of kinds) {
    for (const [level, at] of Object.entries(levels)) {
      for (const make of [note, later]) {
        const word = `${level}: ${kind}${make === later ? ' again' : ''}`;
        const add = (at as unknown as Record<string, ((fn: unknown, options: unknown) => unknown) | undefined>)[kind];
        add?.call(at, make(word, word === fails ? thrown : undefined), word === fails ? options : {});
      }
    }
  }
  return { ...made, a, log };
}

const all = [
  'registry: beforeFlow', 'flow: beforeFlow', 'registry: beforeProcess', 'flow: beforeProcess', 'process: beforeProcess',
  'registry: beforeStep', 'flow: beforeStep', 'process: beforeStep', 'step: beforeStep', 'body',
  'registry: afterStep', 'flow: afterStep', 'process: afterStep', 'step: afterStep',
  'registry: afterProcess', 'flow: afterProcess', 'process: afterProcess', 'registry: afterFlow', 'flow: afterFlow',
].flatMap((word) => (word === 'body' ? [word] : [word, `${word} again`]));

/** What runs when a `must` one fails: nothing more of its end of its unit; before the work, nothing of the unit at all. */
function expected(fails: string): readonly string[] {
  const kind = fails.replace(/.*: | again/g, '');
  const unit = kind.replace(/before|after/, '');
  const inside = { Step: ['body'], Process: ['body', 'Step'], Flow: ['body', 'Step', 'Process'] }[unit] ?? [];
  return all.filter((word, at) => {
    if (at <= all.indexOf(fails)) return true;
    if (word.includes(kind)) return false;
    return !kind.startsWith('before') || !(word.includes(`after${unit}`) || inside.some((part) => word.includes(part)));
  });
}

describe('a must callback that fails', () => {
  test.for(all.filter((word) => word !== 'body'))('%s: fails its unit, and nothing more runs of its end of the unit (CB-07, 21..46, 71..73)', async (word) => {
    const { flow, log } = noted(word, must);
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(log).toEqual(expected(word));
    expect(result.status).toBe('failed');
    const [level = '', kind = ''] = word.replace(' again', '').split(': ');
    const order = word.endsWith('again') ? 2 : 1;
    const unit = { Step: 'p/a', Process: 'p', Flow: 'f' }[kind.replace(/before|after/, '')] ?? '';
    const node = { Step: 'p/a', Process: `p/@${kind.replace('Process', '')}`, Flow: `@${kind.replace('Flow', '')}` }[kind.replace(/before|after/, '')];
    expect(result.errors).toEqual([{ path: node, error: expect.any(CallbackError) as unknown }]);
    expect(result.errors[0]?.error).toMatchObject({
      name: 'CallbackError',
      code: 'callback',
      callback: { kind, level, order, must: true },
      cause: broken,
      message: `callback ${order} of ${kind} at level '${level}' failed for '${unit}': broken`,
    });
    expect(events.map(({ stage, path, error, callback }) => ({ stage, path, error, callback }))).toEqual([
      { stage: 'callback', path: unit, error: broken, callback: { kind, level, order, must: true } },
    ]);
  });

  test('CB-07 before the flow: its steps are cancelled by it, and the views of the result say so', async () => {
    const { flow } = noted('flow: beforeFlow', must);
    const result = await flow.run();
    expect(result.outcome('a')).toEqual({ status: 'cancelled', because: [{ path: 'p/@before', status: 'cancelled' }] });
    expect(result.explain('a')).toBe("a: cancelled ← p/@before: cancelled ← @before: failed: callback 1 of beforeFlow at level 'flow' failed for 'f': broken");
    expect([result.process('p').status, [...result.steps.keys()]]).toEqual(['cancelled', ['p/a']]);
    expect(() => result.value('a')).toThrow('@before: failed');
  });

  test('before a process: it has failed, its steps are cancelled, its always steps run, the others are not concerned', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').next(note('b'), 'b');
    p.always(note('end'), 'end');
    p.beforeProcess(note('before', broken), must).afterProcess(note('after')).afterProcess(note('always'), { always: true });
    flow.process('q').customStep(note('c'), 'c');
    flow.process('r').after(p).customStep(note('d'), 'd');
    const result = await flow.run();
    expect([...log].sort()).toEqual(['always', 'before', 'c', 'end']);
    expect(['p', 'q', 'r'].map((name) => result.process(name).status)).toEqual(['failed', 'succeeded', 'cancelled']);
    expect(result.explain('b')).toBe("p/b: cancelled ← p/a: cancelled ← p/@before: failed: callback 1 of beforeProcess at level 'process' failed for 'p': broken");
    expect(result.process('p').errors).toEqual([{ path: 'p/@before', error: result.errors[0]?.error }]);
    expect(result.explain('d')).toMatch(/^r\/d: cancelled ← p\//);
  });

  test('after a process: the processes ordered after it are cancelled, its steps keep their outcomes', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a');
    p.afterProcess(note('after', broken), must);
    const q = flow.process('q').after(p).beforeProcess(note('before q')).afterProcess(note('after q'), { always: true });
    q.customStep(note('b'), 'b');
    const result = await flow.run();
    expect(log).toEqual(['a', 'after']);
    expect(result.outcome('a').status).toBe('succeeded');
    expect([result.process('p').status, result.process('q').status]).toEqual(['failed', 'cancelled']);
    expect(result.explain('b')).toBe("q/b: cancelled ← p/@after: failed: callback 1 of afterProcess at level 'process' failed for 'p': broken (and 1 more)");
  });

  test('after a step: what waits for it is cancelled although the body succeeded, and there is no further attempt', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('a'), 'a').stepRetry(3).afterStep(note('after', broken), must).next(note('b'), 'b');
    const result = await flow.run();
    expect(log).toEqual(['a', 'after']);
    expect(result.outcome('a')).toEqual({ status: 'failed', error: expect.any(CallbackError) as unknown });
    expect(result.outcome('b')).toEqual({ status: 'cancelled', because: [{ path: 'p/a', status: 'failed' }] });
  });

  test('after a step that had failed: the error of the body stays', async () => {
    const { flow, p, note } = logBench();
    const first = new Error('first');
    p.customStep(throwing(first), 'a').afterStep(note('after', broken), must);
    expect((await flow.run()).errors).toEqual([{ path: 'p/a', error: first }]);
  });

  test('before a step: no attempt is made, also with retries, and events say so', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').stepRetry(3).beforeStep(note('before', broken), must);
    const run = flow.start();
    const events: unknown[] = [];
    run.on('step-started', () => void events.push('started'));
    run.on('step-ended', ({ outcome, attempts }) => void events.push([outcome.status, attempts]));
    await run.done;
    expect([log, events]).toEqual([['before'], [['failed', 0]]]);
  });

  test('orThrow names it', async () => {
    const { flow } = noted('flow: afterFlow', must);
    const result = await flow.run();
    expect(() => result.orThrow()).toThrow(RunError);
    expect(() => result.orThrow()).toThrow("callback 1 of afterFlow at level 'flow' failed for 'f': broken");
  });

  test('a second one that fails after it, because it always runs, is an event and no second failure', async () => {
    const { flow, p, note } = logBench();
    const second = new Error('second');
    p.customStep(() => 1, 'a').afterStep(note('first', broken), must).afterStep(note('second', second), { must: true, always: true });
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(result.errors[0]?.error.cause).toBe(broken);
    expect(events.map(({ error }) => error)).toEqual([broken, second]);
  });
});

describe('an optional callback that fails', () => {
  test.for(all.filter((word) => word !== 'body'))('%s: is an event, and all others run (CB-15..20, 47..70 with the ruling that the next one runs)', async (word) => {
    const { flow, log } = noted(word);
    const run = flow.start();
    const events = problems(run);
    const result = await run.done;
    expect(log).toEqual(all);
    expect([result.status, result.errors]).toEqual(['succeeded', []]);
    const [level, kind] = word.replace(' again', '').split(': ');
    expect(events).toMatchObject([{ stage: 'callback', error: broken, callback: { kind, level, order: word.endsWith('again') ? 2 : 1, must: false } }]);
  });

  test('CB-59..70 one behind a must one that went well changes nothing either', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').beforeStep(note('1'), must).beforeStep(note('2', broken)).beforeStep(note('3'), must).afterStep(note('4', broken)).afterStep(note('5'));
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(['1', '2', '3', 'body', '4', '5']);
  });

  test('without a listener it goes to the logger', async () => {
    const warned: unknown[] = [];
    const logger = { debug() {}, info() {}, warn: (facts: unknown, text: unknown) => void warned.push([facts, text]), error() {} };
    const { flow, p, note } = logBench({ logger });
    p.customStep(() => 1, 'a').beforeStep(note('before', broken));
    await flow.run();
    expect(warned).toEqual([
      [{ error: broken, stage: 'callback', path: 'p/a', runId: 'r-1', callback: { kind: 'beforeStep', level: 'step', order: 1, must: false } }, 'broken'],
    ]);
  });
});

describe('what a callback may throw', () => {
  test('EVT-01..03, EVT-04..06 an event carries what was thrown, when and where', async () => {
    const { flow } = noted('process: afterProcess', must);
    const run = flow.start();
    const events = problems(run);
    await run.done;
    expect(events).toEqual([
      {
        type: 'internal-error',
        runId: 'r-1',
        flow: 'f',
        at: expect.any(Number) as unknown,
        stage: 'callback',
        error: broken,
        path: 'p',
        callback: { kind: 'afterProcess', level: 'process', order: 1, must: true },
      },
    ]);
    expect(events[0]?.error.stack).toContain('Error: broken');
  });

  test.for<[string, unknown]>([['a string', 'no'], ['null', null], ['an object', { a: 1 }]])('%s is wrapped', async ([, thrown]) => {
    const { flow } = noted('step: beforeStep', must, thrown);
    const { cause } = (await flow.run()).errors[0]?.error as CallbackError;
    expect(cause).toBeInstanceOf(NonErrorThrown);
    expect((cause as NonErrorThrown).thrown).toBe(thrown);
  });

  test('a thenable that rejects is a failure', async () => {
    const { flow, p } = logBench();
    const rejecting = { then: (_resolve: unknown, reject: (error: unknown) => void) => void reject('no') } as unknown as PromiseLike<undefined>;
    p.customStep(() => 1, 'a').afterStep(() => rejecting, must);
    expect((await flow.run()).errors[0]?.error.message).toContain("the string 'no' was thrown");
  });

  test('a thenable whose then throws is a failure', async () => {
    const { flow, p } = logBench();
    const throwingThen = { then: throwing(broken) } as unknown as PromiseLike<undefined>;
    p.customStep(() => 1, 'a').afterStep(() => throwingThen, must);
    expect((await flow.run()).errors[0]?.error.cause).toBe(broken);
  });

  test('a listener that throws on the event changes nothing', async () => {
    const { flow, log } = noted('step: beforeStep');
    const run = flow.start();
    run.on('internal-error', throwing());
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(all);
  });
});

describe('what a callback returns', () => {
  test.for(kinds)("'break' of %s passes over the rest of its level, and nothing else", async (kind) => {
    const { flow, log } = noted(`flow: ${kind}`, must, 'break');
    expect((await flow.run()).status).toBe('succeeded');
    expect(log).toEqual(all.filter((word) => word !== `flow: ${kind} again`));
  });

  test.for([['1', 1], ['true', true], ['false', false], ['Break', 'Break']] as const)('%s is without effect', async ([, value]) => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').beforeStep(() => value as never).beforeStep(note('next'));
    await flow.run();
    expect(log).toEqual(['next', 'body']);
  });

  test("a promise of 'break' is a break", async () => {
    const { flow, p, log, note, later } = logBench();
    p.customStep(note('body'), 'a').beforeStep(later('1', 'break')).beforeStep(note('2'));
    await flow.run();
    expect(log).toEqual(['1', 'body']);
  });
});

describe('always: true', () => {
  test.for(['Step', 'Process', 'Flow'] as const)('after%s runs after a failed must one before it, at its level and at later ones', async (unit) => {
    const { flows, flow, log, note } = noted('nothing');
    log.length = 0;
    flows[`after${unit}`](note('failing', broken), must)[`after${unit}`](note('always 1'), { always: true });
    flow[`after${unit}`](note('always 2'), { always: true });
    expect((await flow.run()).status).toBe('failed');
    const own = log.filter((word) => word.includes(`after${unit}`) || word.startsWith('always') || word === 'failing');
    expect(own).toEqual([`registry: after${unit}`, `registry: after${unit} again`, 'failing', 'always 1', 'always 2']);
  });

  test.for(['Step', 'Process', 'Flow'] as const)('after%s runs when a must callback before the work has failed, and nothing else after it does', async (unit) => {
    const { flow, log, note } = noted(`flow: before${unit}`, must);
    flow[`after${unit}`]((_context: unknown, ended: unknown) => void log.push(`always ${typeof ended === 'string' ? ended : (ended as { status: string }).status}`), { always: true });
    flow[`after${unit}`](note('never'));
    await flow.run();
    expect(log.filter((word) => word.includes(`after${unit}`) || word === 'never')).toEqual([]);
    expect(log).toContain('always failed');
  });

  test("runs after 'break'", async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').afterStep(note('1', 'break')).afterStep(note('2')).afterStep(note('3'), { always: true }).afterStep(note('4'));
    await flow.run();
    expect(log).toEqual(['body', '1', '3']);
  });

  test('filters hold for it too', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(note('body'), 'a').afterStep(note('no'), { always: true, when: 'failed' }).afterStep(note('yes'), { always: true, exclude: 'failed' });
    await flow.run();
    expect(log).toEqual(['body', 'yes']);
  });
});

describe('the ends that callbacks see', () => {
  // 1 (error), 2 (throws a string), 3 (timeout)
  test('CB-11, FAIL-05, FAIL-06 must callbacks run for errors, thrown values and timeouts, with the error', async () => {
    const { clock, flow, p, log } = logBench();
    p.customStep(throwing(broken), '1');
    p.customStep(throwing('panic'), '2');
    p.customStep((s) => new Promise((resolve) => s.signal.addEventListener('abort', () => resolve(1))), '3').stepTimeout(10);
    p.afterStep((s, ended) => void log.push(`${s.path} ${ended.status}: ${ended.status === 'failed' ? ended.error.message : ''}`), must);
    p.afterProcess((context, ended) => void log.push(`${context.name} ${ended}`), must);
    flow.afterFlow((context, ended) => void log.push(`${context.name} ${ended}`), must);
    const run = flow.start();
    await clock.advance(10);
    const result = await run.done;
    expect(log).toEqual([
      'p/1 failed: broken',
      "p/2 failed: the string 'panic' was thrown, which is not an Error; throw an Error, so that it has a stack",
      "p/3 failed: step 'p/3' took longer than 10 ms; give it more time, or make it end when its signal aborts",
      'p failed',
      'f failed',
    ]);
    expect(result.errors).toHaveLength(3);
  });

  test('afterStep sees the value of a step that succeeded', async () => {
    const { flow, p } = logBench();
    const seen: unknown[] = [];
    p.customStep(() => 42, 'a').afterStep((_s, ended) => void seen.push(ended));
    await flow.run();
    expect(seen).toEqual([{ status: 'succeeded', value: 42 }]);
  });

  test('a failing afterProcess is seen by afterFlow', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep(() => 1, 'a');
    p.afterProcess(note('after', broken), must);
    flow.afterFlow((_context, ended) => void log.push(ended));
    await flow.run();
    expect(log).toEqual(['after', 'failed']);
  });

  test('fail-fast: a failing must callback stops the run, and callbacks after what began run', async () => {
    const { flow, p, log, note } = logBench();
    p.customStep((s) => new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error))), 'b').afterStep((_s, ended) => void log.push(ended.status));
    p.customStep(() => 1, 'a').afterStep(note('fails', broken), must);
    flow.afterFlow((_context, ended) => void log.push(`flow ${ended}`));
    const result = await flow.run(undefined, { onFailure: 'fail-fast' });
    expect(log).toEqual(['fails', 'stopped', 'flow failed']);
    expect(result.status).toBe('failed');
  });
});
