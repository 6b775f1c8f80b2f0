import { failed, type Flow, type Process, type RunEvent } from 'millrace';
import { handStep, settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';
import type { Entry } from '../../src/durable/entry.ts';
import { rowOf } from '../../src/durable/rows.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { type HandStore, handStore } from './hand-store.ts';

interface Bench {
  readonly hand: HandStore;
  readonly clock: VirtualClock;
  readonly flows: DurableFlows;
  readonly flow: Flow<undefined>;
  readonly p: Process<undefined>;
  /** What happened outside, in order. */
  readonly log: string[];
  /** The entries of the row that is being written, as words; then it is kept. */
  readonly next: () => Promise<readonly string[]>;
  /** Keeps everything that is still to be written. */
  readonly rest: () => Promise<void>;
}

async function bench(): Promise<Bench> {
  const hand = await handStore();
  const clock = virtualClock();
  const flows = createFlows({ store: hand.store, clock, owner: 'anna' });
  const flow = flows.registerFlow('order');
  const log: string[] = [];
  const next = async (): Promise<readonly string[]> => {
    await settle();
    const words = hand.texts.flatMap((text) => rowOf({ seq: 1, at: 0, text }).entries.map(wordsOf));
    if (words.length === 0) throw new Error('nothing is being written');
    await hand.commit();
    await settle();
    return words;
  };
  const rest = async (): Promise<void> => {
    for (await settle(); hand.open > 0; await settle()) await hand.commit();
  };
  return { hand, clock, flows, flow, p: flow.process('p'), log, next, rest };
}

function wordsOf(entry: Entry): string {
  return 'p' in entry ? `${entry.t} ${entry.p}`.trim() : entry.t;
}

describe('R13: what is kept before what', () => {
  test('no function starts before the row with its start is kept', async () => {
    const { hand, flow, p, log, next } = await bench();
    p.parallel({ a: () => void log.push('a'), b: async () => void log.push('b') });
    flow.start();
    await settle();
    expect([hand.open, log]).toEqual([1, []]);
    expect(await next()).toEqual(['created', 'claimed', 'started p/a', 'started p/b']);
    expect(log).toEqual(['a', 'b']);
  });

  test('no dependent starts, and nobody sees a value, before the success is kept', async () => {
    const { flow, p, log, next } = await bench();
    const a = p.customStep(() => 1, 'a');
    p.customStep((s) => void log.push(`b sees ${s.result(a)}`), 'b', a);
    const run = flow.start();
    await next();
    expect([log, run.outcome(a)]).toEqual([[], { status: 'running' }]);
    expect(await next()).toEqual(['succeeded p/a', 'started p/b']);
    expect([log, run.outcome(a)]).toEqual([['b sees 1'], { status: 'succeeded', value: 1 }]);
  });

  test('the same for a failure and what handles it', async () => {
    const { flow, p, log, next } = await bench();
    const a = p.customStep(() => Promise.reject(new Error('wrong')), 'a');
    p.customStep(() => void log.push('refund'), 'refund', failed(a));
    flow.start();
    await next();
    expect(log).toEqual([]);
    expect(await next()).toEqual(['failed p/a', 'started p/refund']);
    expect(log).toEqual(['refund']);
  });

  test('callbacks before a step wait for its start, those after it for the end of its function', async () => {
    const { flow, p, log, next } = await bench();
    p.customStep(() => void log.push('a'), 'a')
      .beforeStep(() => void log.push('before'))
      .afterStep(() => void log.push('after'));
    flow.start();
    await settle();
    expect(log).toEqual([]);
    await next();
    expect(log).toEqual(['before', 'a']);
    expect(await next()).toEqual(['returned p/a']);
    expect(log).toEqual(['before', 'a', 'after']);
    expect(await next()).toEqual(['succeeded p/a', 'ended']);
  });

  test('callbacks of processes and of the flow wait for what comes before them', async () => {
    const { flow, p, log, next } = await bench();
    flow.beforeFlow(() => void log.push('before flow'));
    flow.afterFlow(() => void log.push('after flow'));
    p.afterProcess(() => void log.push('after process'));
    p.customStep(() => void log.push('a'), 'a');
    const run = flow.start();
    await settle();
    expect(log).toEqual([]);
    const seen: (readonly string[])[] = [];
    for (let row = 0; row < 5; row += 1) seen.push([...(await next()), ...log.splice(0)]);
    expect(seen).toEqual([
      ['created', 'claimed', 'started @before', 'before flow'],
      ['succeeded @before', 'started p/@before'],
      ['succeeded p/@before', 'started p/a', 'a'],
      ['succeeded p/a', 'started p/@after', 'after process'],
      ['succeeded p/@after', 'started @after', 'after flow'],
    ]);
    expect(await next()).toEqual(['succeeded @after', 'ended']);
    expect((await run.done).status).toBe('succeeded');
  });

  test('no attempt starts before the retry that leads to it is kept, although its time has come', async () => {
    const { hand, clock, flow, p, log, next } = await bench();
    p.customStep((s) => {
      log.push(`attempt ${s.attempt}`);
      if (s.attempt === 1) throw new Error('busy');
    }, 'a').stepRetry({ retries: 1, delay: '1s' });
    flow.start();
    await next();
    await settle();
    await clock.advance('5s');
    expect([log, hand.open]).toEqual([['attempt 1'], 1]);
    expect(await next()).toEqual(['retrying p/a']);
    expect(log).toEqual(['attempt 1']);
    expect(await next()).toEqual(['started p/a']);
    expect(log).toEqual(['attempt 1', 'attempt 2']);
  });

  test.for(['run', 'process'] as const)('a stop of a %s aborts no signal before it is kept', async (what) => {
    const { flow, p, next } = await bench();
    const a = handStep('a');
    p.customStep(a.run, 'a');
    const run = flow.start();
    await next();
    const { signal } = await a.started();
    (what === 'run' ? run : run.process('p')).stop(new Error('enough'), { mode: 'abort' });
    await settle();
    expect(signal.aborted).toBe(false);
    expect(await next()).toEqual([what === 'run' ? 'latched' : 'latched p']);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toEqual(new Error('enough'));
  });

  test('a stop within a step aborts the others when it is kept', async () => {
    const { flow, p, next } = await bench();
    const a = handStep('a');
    p.customStep(a.run, 'a');
    p.customStep(() => run.stop(undefined, { mode: 'abort' }), 'b');
    const run = flow.start();
    await next();
    const { signal } = await a.started();
    expect(signal.aborted).toBe(false);
    expect(await next()).toEqual(['latched', 'succeeded p/b']);
    expect(signal.aborted).toBe(true);
  });

  test('the time of a flow aborts no signal before that is kept', async () => {
    const { clock, flow, p, next } = await bench();
    const a = handStep('a');
    p.customStep(a.run, 'a');
    flow.start(undefined, { flowTimeout: '1s' });
    await next();
    const { signal } = await a.started();
    await clock.advance('2s');
    expect(signal.aborted).toBe(false);
    expect(await next()).toEqual(['latched']);
    expect(signal.aborted).toBe(true);
  });

  test('a stop before a start was kept keeps it from starting', async () => {
    const { flow, p, log, rest } = await bench();
    p.customStep(() => void log.push('a'), 'a').afterStep(() => void log.push('after'));
    const run = flow.start();
    await settle();
    run.stop(undefined, { mode: 'abort' });
    await rest();
    expect(log).toEqual(['after']);
    expect((await run.done).outcome('a').status).toBe('stopped');
  });

  test('a step that its stop has outlived before its start was kept does not start, condition or not', async () => {
    const { clock, flow, p, log, next } = await bench();
    p.customStep(() => void log.push('a'), 'a').when(() => void log.push('asked') === undefined);
    p.customStep(() => void log.push('b'), 'b');
    const run = flow.start();
    await settle();
    run.stop(undefined, { mode: 'abort', grace: 10 });
    await clock.advance('1s');
    await next();
    expect(log).toEqual([]);
    expect(await next()).toEqual(['latched', 'stopped p/a', 'stopped p/b', 'ended']);
    expect((await run.done).status).toBe('stopped');
    expect(log).toEqual([]);
  });

  test('the run has not ended before that is kept', async () => {
    const { flow, p, log, next } = await bench();
    p.customStep(() => 1, 'a');
    const run = flow.start();
    void run.done.then(() => log.push('done'));
    await next();
    expect([log, run.status]).toEqual([[], 'running']);
    expect(await next()).toEqual(['succeeded p/a', 'ended']);
    expect([log, run.status]).toEqual([['done'], 'succeeded']);
  });

  test('events come after the row that holds what they tell', async () => {
    const { flow, p, next } = await bench();
    const told: string[] = [];
    const a = handStep('a');
    p.customStep(a.run, 'a').stepRetry(1);
    p.customStep(() => 1, 'b');
    p.customStep(() => 1, 'c', 'a');
    const run = flow.start();
    run.on('*', (event: RunEvent) => void told.push('step' in event ? `${event.type} ${event.step}` : event.type));
    const rows: (readonly string[])[] = [];
    const row = async (): Promise<void> => {
      await settle();
      expect(told).toEqual([]);
      await next();
      rows.push(told.splice(0));
    };
    await row();
    await row();
    (await a.started()).fail(new Error('busy'));
    await row();
    const again = await a.started();
    run.pause();
    await row();
    run.resume();
    await row();
    run.stop();
    await row();
    again.succeed();
    await row();
    expect(rows).toEqual([
      ['run-started', 'step-started a', 'step-started b'],
      ['step-ended b'],
      ['step-retrying a', 'step-started a'],
      ['run-paused'],
      ['run-resumed'],
      ['run-stopping'],
      ['step-ended a', 'step-ended c', 'process-ended', 'run-ended'],
    ]);
  });

  test('what happens while a row is written goes into one transaction', async () => {
    const { hand, flow, p, next } = await bench();
    const steps = ['a', 'b', 'c'].map((name) => handStep(name));
    for (const { name, run } of steps) p.customStep(run, name);
    flow.start();
    await next();
    for (const one of steps) {
      (await one.started()).succeed();
      await settle();
    }
    expect(hand.batches).toHaveLength(2);
    expect(await next()).toEqual(['succeeded p/a']);
    expect(await next()).toEqual(['succeeded p/b', 'succeeded p/c', 'ended']);
  });
});

test('150,000 steps that start at once are recorded in one row, and all run', { timeout: 60_000 }, async () => {
  const flow = createFlows({ store: memoryStore() }).registerFlow('wide');
  const p = flow.process('p');
  const first = p.customStep(() => 1, 'first');
  let ran = 0;
  for (let step = 0; step < 150_000; step++) p.customStep(() => void ran++, `s${step}`, first);
  expect((await flow.run()).status).toBe('succeeded');
  expect(ran).toBe(150_000);
});
