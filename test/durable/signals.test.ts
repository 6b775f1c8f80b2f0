import { beforeEach, describe, expect, test } from 'vitest';
import type { InternalError } from '../../src/define/events.ts';
import type { DurableFlows, DurableOptions } from '../../src/durable/durable-flows.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { handStep } from '../../src/testing/hand-step.ts';
import { settle } from '../../src/testing/settle.ts';
import { type VirtualClock, virtualClock } from '../../src/testing/virtual-clock.ts';
import { changed } from './workers-kit.ts';

let store: Store;
let clock: VirtualClock;
beforeEach(() => {
  store = memoryStore();
  clock = virtualClock(1_000);
});

interface Office {
  readonly flows: DurableFlows;
  readonly problems: InternalError[];
  readonly seen: unknown[];
}

const hasName = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => (typeof value === 'object' && value !== null && 'by' in value ? { value } : { issues: [{ message: 'nobody has signed' }] }),
    types: undefined as { input: { by: unknown }; output: { by: unknown } } | undefined,
  },
};

/** A process that waits for an approval before it pays. */
function office(owner: string, options: Partial<DurableOptions> = {}): Office {
  const flows = createFlows({ store, clock, owner, random: () => 1, ...options });
  const seen: unknown[] = [];
  const p = flows.registerFlow('order').process('p');
  const approval = p.waitForSignal('approval', { schema: hasName });
  p.customStep((s) => void seen.push(s.result(approval)), 'pay', approval);
  const problems: InternalError[] = [];
  flows.onInternalError((event) => void problems.push(event));
  return { flows, problems, seen };
}

describe('a signal to a recorded run', () => {
  test('is kept before its sender goes on, and leaves the inbox with the row that says who took it', async () => {
    const { flows, seen } = office('anna');
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await run.sendSignal('approval', { by: 'eve' }, { id: 's-1' });
    expect((await run.done).status).toBe('succeeded');
    expect(seen).toEqual([{ by: 'eve' }]);
    expect((await store.load('o-1'))!.messages).toEqual([]);
    expect(await store.post('o-1', { id: 's-1', at: 0, text: '' })).toBe('known');
    expect((await store.load('o-1'))!.rows.map(({ text }) => text).join('\n')).toContain('"t":"received","p":"p/approval","id":"s-1"');
  });

  test('is seen as a resumed run would see it', async () => {
    const { flows, seen } = office('anna');
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    const given = { by: new Date(5), at: 1 };
    await run.sendSignal('approval', given);
    await run.done;
    expect(seen).toEqual([given]);
    expect(seen[0]).not.toBe(given);
  });

  test('of a payload that cannot be recorded rejects its sender, and changes nothing', async () => {
    const { flows } = office('anna');
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await expect(run.sendSignal('approval', { by: () => 1 })).rejects.toThrow("the payload of signal 'approval' cannot be recorded");
    await expect(run.sendSignal('approval', { by: () => 1 })).rejects.toMatchObject({ code: 'encode' });
    await expect(run.sendSignal('approval', 'x')).rejects.toMatchObject({ code: 'invalid-signal' });
    await expect(flows.sendSignal('o-1', 'aproval', { by: 1 })).rejects.toMatchObject({ code: 'unknown-signal' });
    await settle();
    expect((await store.load('o-1'))!.messages).toEqual([]);
  });

  test('may be sent twice: at once, after it was taken, after a restart and after the end', async () => {
    const { flows, seen } = office('anna');
    const p = flows.registerFlow('twice').process('p');
    const first = p.waitForSignal('go');
    const second = p.waitForSignal('go on').after(first);
    p.customStep((s) => void seen.push(s.result(first), s.result(second)), 'note', second);
    const run = flows.get('twice')!.start(undefined, { runId: 't-1' });
    await Promise.all([run.sendSignal('go', 1, { id: 'a' }), run.sendSignal('go', 2, { id: 'a' })]);
    await run.sendSignal('go', 3, { id: 'a' });
    await settle();
    expect(run.outcome('go').status).toBe('succeeded');
    await flows.close({ grace: 0 });

    const other = createFlows({ store, clock });
    const q = other.registerFlow('twice').process('p');
    const start = q.waitForSignal('go');
    const end = q.waitForSignal('go on').after(start);
    q.customStep((s) => void seen.push(s.result(start), s.result(end)), 'note', end);
    await other.sendSignal('t-1', 'go', 4, { id: 'a' });
    const resumed = await other.resume('t-1');
    await resumed.sendSignal('go', 5, { id: 'a' });
    await resumed.sendSignal('go on', 6, { id: 'b' });
    const result = await resumed.done;
    expect(result.unreadSignals).toEqual([]);
    expect(seen).toEqual([1, 6]);
    await other.sendSignal('t-1', 'go', 7, { id: 'c' }).then(
      () => expect.unreachable(),
      (error: unknown) => expect(error).toMatchObject({ code: 'run-ended' }),
    );
  });

  test('that comes before its wait is kept through a restart', async () => {
    const first = office('anna');
    const gate = (flows: DurableFlows, isOpen: boolean): void => {
      const p = flows.registerFlow('late').process('p');
      const prepare = p.customStep(() => (isOpen ? 1 : new Promise<number>(() => undefined)), 'prepare');
      p.waitForSignal('go').after(prepare);
    };
    gate(first.flows, false);
    const run = first.flows.get('late')!.start(undefined, { runId: 'l-1' });
    await run.sendSignal('go', 'x');
    await first.flows.close({ grace: 0 });
    const heir = createFlows({ store, clock });
    gate(heir, true);
    const [resumed] = await heir.recover();
    expect((await resumed!.done).value('go')).toBe('x');
  });

  test('that nobody takes is in the result, in memory and as it was recorded', async () => {
    for (const flows of [createFlows(), createFlows({ store })]) {
      const p = flows.registerFlow('some').process('p');
      const one = p.waitForSignal('one');
      p.case(() => false, 'never', (c) => c.waitForSignal('two')).after(one);
      const run = flows.get('some')!.start(undefined, { runId: 's-1' });
      await run.sendSignal('two', 1, { id: 'b' });
      await run.sendSignal('p/never/two', 1, { id: 'c' });
      await run.sendSignal('one', 1, { id: 'a' });
      const unread = [{ id: 'b', to: 'two' }, { id: 'c', to: 'p/never/two' }];
      expect((await run.done).unreadSignals).toEqual(unread);
      if ('result' in flows) expect((await (flows as DurableFlows).result('s-1'))!.unreadSignals).toEqual(unread);
    }
  });

  test('is kept by a run whose durability is exit only when that is in the store', async () => {
    const { flows, seen } = office('anna', { durability: 'exit' });
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await run.sendSignal('approval', { by: 1 });
    expect((await run.done).status).toBe('succeeded');
    expect(seen).toEqual([{ by: 1 }]);
    expect(await store.load('o-1')).toBeUndefined();
  });

  test('waits for a schema that takes its time with the input, and is recorded then', async () => {
    let accept: (() => void) | undefined;
    const input = { '~standard': { version: 1 as const, vendor: 'test', validate: () => new Promise<{ value: number }>((resolve) => (accept = () => resolve({ value: 1 }))), types: undefined as { input: number; output: number } | undefined } };
    const flows = createFlows({ store, clock });
    const flow = flows.registerFlow('slow', { input });
    const p = flow.process('p');
    const go = p.waitForSignal('go');
    const hold = p.waitForSignal('hold').after(go);
    const run = flow.start(1, { runId: 's-1' });
    const sent = run.sendSignal('hold', 2, { id: 'h' });
    await settle();
    expect(await store.load('s-1')).toBeUndefined();
    accept!();
    await sent;
    expect((await store.load('s-1'))!.messages.map(({ id }) => id)).toEqual(['h']);
    await run.sendSignal('go');
    expect((await run.done).value(hold)).toBe(2);
  });
});

describe('flows.sendSignal', () => {
  test('reaches a run at work here, also one that was joined', async () => {
    const { flows, seen } = office('anna');
    const order = flows.get('order')!;
    const run = order.start(undefined, { runId: 'o-1' });
    const joined = order.start(undefined, { runId: 'o-1' });
    await settle();
    await flows.sendSignal('o-1', 'approval', { by: 1 });
    expect((await joined.done).status).toBe('succeeded');
    await run.done;
    expect(seen).toEqual([{ by: 1 }]);
  });

  test('reaches a run at work elsewhere when its owner asks, which it does as long as one waits', async () => {
    const anna = office('anna');
    const bert = office('bert');
    const run = anna.flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    await bert.flows.sendSignal('o-1', 'approval', { by: 'bert' });
    await settle();
    expect(run.status).toBe('running');
    await clock.advance('999ms');
    expect(run.status).toBe('running');
    await clock.advance('1ms');
    expect((await run.done).status).toBe('succeeded');
    expect(anna.seen).toEqual([{ by: 'bert' }]);
    expect(bert.seen).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('asks as often as it is told to, and goes on asking while the store fails', async () => {
    let asked = 0;
    let isBroken = true;
    const good = store;
    store = changed(good, {
      messages: (owner) => {
        asked += 1;
        return isBroken ? Promise.reject(new Error('away')) : good.messages(owner);
      },
    });
    const anna = office('anna', { signalPoll: '10s' });
    const bert = office('bert');
    const run = anna.flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    await bert.flows.sendSignal('o-1', 'approval', { by: 'bert' });
    await clock.advance('30s');
    expect(asked).toBe(3);
    expect(anna.problems.map(({ stage, error }) => [stage, error.message])).toEqual([['persist', 'away']]);
    isBroken = false;
    await clock.advance('10s');
    expect((await run.done).status).toBe('succeeded');
    expect(() => office('cleo', { signalPoll: 0 })).toThrow('signalPoll of a registry');
  });

  test('reaches the last of several runs that wait for one', async () => {
    const [anna, bert] = [office('anna', { signalPoll: '10s' }), office('bert')];
    const runs = ['o-1', 'o-2'].map((runId) => anna.flows.get('order')!.start(undefined, { runId }));
    await settle();
    await anna.flows.sendSignal('o-1', 'approval', { by: 'anna' });
    await runs[0]!.done;
    await bert.flows.sendSignal('o-2', 'approval', { by: 'bert' });
    await clock.advance('10s');
    expect((await runs[1]!.done).status).toBe('succeeded');
    await anna.flows.idle();
    await settle();
    expect(clock.pending).toBe(0);
  });

  test('cannot be asked for while the store is away, which is told once each time', async () => {
    let isBroken = true;
    const good = store;
    store = changed(good, { messages: (owner) => (isBroken ? Promise.reject(new Error('away')) : good.messages(owner)) });
    const anna = office('anna', { signalPoll: '10s' });
    anna.flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    const told: number[] = [];
    for (isBroken of [true, true, false, true, true]) {
      await clock.advance('10s');
      await settle();
      told.push(anna.problems.length);
    }
    expect(told).toEqual([1, 1, 1, 2, 2]);
  });

  test('is not asked for any more by a run that has taken its own and is at work', async () => {
    let asked = 0;
    const good = store;
    const flows = createFlows({ store: changed(good, { messages: (owner) => (asked++, good.messages(owner)) }), clock, owner: 'anna', signalPoll: '10s' });
    const work = handStep('work');
    const p = flows.registerFlow('order').process('p');
    p.customStep(work.run, 'work', p.waitForSignal('go'));
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    await run.sendSignal('go');
    const call = await work.started();
    await clock.advance('1m');
    expect(asked).toBe(0);
    call.succeed();
    expect((await run.done).status).toBe('succeeded');
  });

  test('refuses what there is not, what has ended, and what cannot be checked', async () => {
    const { flows } = office('anna');
    await expect(flows.sendSignal('o-1', 'approval', { by: 1 })).rejects.toThrow("there is no recorded run 'o-1'");
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await flows.sendSignal('o-1', 'approval', { by: 1 });
    await run.done;
    await expect(flows.sendSignal('o-1', 'approval', { by: 1 })).rejects.toMatchObject({ code: 'run-ended' });
    await expect(run.sendSignal('approval', { by: 1 })).rejects.toMatchObject({ code: 'run-ended' });
    const bare = createFlows({ store });
    await expect(bare.sendSignal('o-1', 'approval', { by: 1 })).rejects.toMatchObject({ code: 'unknown-flow' });
    // @ts-expect-error -- there is no id
    await expect(flows.sendSignal(undefined, 'approval')).rejects.toMatchObject({ code: 'unknown-run' });
    // @ts-expect-error -- an option that there is not
    await expect(flows.sendSignal('o-1', 'approval', { by: 1 }, { ID: 1 })).rejects.toMatchObject({ code: expect.stringMatching(/invalid-option|run-ended/) as string });
    await flows.close();
    await expect(flows.sendSignal('o-1', 'approval')).rejects.toMatchObject({ code: 'closed' });
  });

  test('reaches a run that is being recovered, whose end is still what the store knows', async () => {
    let isBroken = true;
    const flows = createFlows({ store, clock });
    const p = flows.registerFlow('order').process('p');
    const pay = p.customStep(() => {
      if (isBroken) throw new Error('broken');
    }, 'pay');
    p.waitForSignal('go').after(pay);
    await flows.get('order')!.run(undefined, { runId: 'o-1' });
    isBroken = false;
    const run = await flows.resume('o-1');
    await run.sendSignal('go', 1);
    expect((await run.done).value('go')).toBe(1);
  });

  test('of a process that lets go of the run reaches it where it goes on', async () => {
    const anna = office('anna');
    const run = anna.flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    await anna.flows.close({ grace: 0 });
    await run.sendSignal('approval', { by: 'anna' });
    const bert = office('bert');
    const [heir] = await bert.flows.recover();
    expect((await heir!.done).status).toBe('succeeded');
    expect(bert.seen).toEqual([{ by: 'anna' }]);
  });
});

describe('a message that a later version has sent', () => {
  test('is told of once, stays where it is, and harms nobody', async () => {
    const { flows, problems, seen } = office('anna');
    const run = flows.get('order')!.start(undefined, { runId: 'o-1' });
    await settle();
    await store.post('o-1', { id: 'x', at: 0, text: JSON.stringify({ v: 1, kind: 'pause' }) });
    await store.post('o-1', { id: 'y', at: 0, text: 'no JSON' });
    await clock.advance('5s');
    expect(problems.map(({ stage, error }) => [stage, error.message])).toEqual([
      ['signal', "message 'x' to run 'o-1' is a 'pause', which this version does not know, and stays where it is; let a later version go on with the run"],
      ['signal', "message 'y' to run 'o-1' is no message of this library, which this version does not know, and stays where it is; let a later version go on with the run"],
    ]);
    await run.sendSignal('approval', { by: 1 });
    await run.done;
    expect(seen).toHaveLength(1);
    expect((await store.load('o-1'))!.messages.map(({ id }) => id)).toEqual(['x', 'y']);
  });

  test('does not keep a run awake that rests', async () => {
    const { flows, problems } = office('anna');
    await flows.submit('order', undefined, { runId: 'o-1' });
    await store.post('o-1', { id: 'x', at: 0, text: JSON.stringify({ v: 2, kind: 'signal', to: 'approval' }) });
    await using worker = flows.worker();
    await worker.idle();
    await clock.advance('1m');
    expect((await store.load('o-1'))!.head).toMatchObject({ epoch: 1, owner: undefined });
    expect(problems).toHaveLength(1);
  });
});
