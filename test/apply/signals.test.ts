import { describe, expect, test } from 'vitest';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import { createFlows } from '../../src/flows.ts';
import { IncompatibleDefinitionError } from '../../src/durable/incompatible.ts';
import { SignalError, UnknownSignalError } from '../../src/errors.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { saved } from './controller.ts';

const yesOrNo: StandardSchemaV1<unknown, { readonly yes: boolean }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof (value as { yes?: unknown } | null)?.yes === 'boolean' ? { value: value as { yes: boolean } } : { issues: [{ message: 'yes is missing' }] }),
  },
};

function approval() {
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow('approval');
  flow.steps((s) => {
    s.customStep(() => 'asked', 'ask');
    const first = s.waitForSignal('first', { schema: yesOrNo });
    const second = s.waitForSignal('second');
    s.customStep((c) => [c.result(first).yes, c.result(second)], 'end');
  });
  return flow;
}

describe('a signal', () => {
  test('ends the wait that it is for', async () => {
    const flow = approval();
    const asked = await flow.apply(null);
    expect([asked.status, asked.wakeAt]).toEqual(['waiting', undefined]);
    const first = await flow.apply(saved(asked.snapshot), { signals: [{ to: 'first', payload: { yes: true } }] });
    expect([first.status, flow.cursor(first.snapshot)]).toEqual(['waiting', ['start:approval/secondSignal']]);
    const second = await flow.apply(saved(first.snapshot), { signals: [{ to: 'steps/second', payload: 7 }] });
    expect([second.status, second.ran, second.result?.value('steps/end')]).toEqual(['succeeded', ['steps/end'], [true, 7]]);
  });

  test('that nobody waits for yet is kept in the snapshot', async () => {
    const flow = approval();
    const early = await flow.apply(null, { budget: 'one', signals: [{ to: 'second', payload: 'early' }, { to: 'first', payload: { yes: false }, id: 'a' }] });
    expect(early.ran).toEqual(['steps/ask']);
    const end = await flow.apply(saved(early.snapshot));
    expect(end.result?.value('steps/end')).toEqual([false, 'early']);
  });

  test('of an id that came before is not received again, whether it was taken or not', async () => {
    const flow = approval();
    const kept = await flow.apply(null, { signals: [{ to: 'second', payload: 1, id: 'b' }, { to: 'second', payload: 2, id: 'b' }] });
    const taken = await flow.apply(saved(kept.snapshot), { signals: [{ to: 'first', payload: { yes: true }, id: 'a' }, { to: 'second', payload: 3, id: 'b' }] });
    expect(taken.result?.value('steps/end')).toEqual([true, 1]);
  });

  test('of an id among the last 256 that came is not received again, and older ids are forgotten', async () => {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('turns');
    flow.steps((s) => {
      s.waitForSignal('held');
      s.loopUntil((l) => l.waitForSignal('turn'), 'loop', (_, value) => value === 'stop');
    });
    const ids = (from: number, count: number): readonly { readonly to: string; readonly id: string }[] => Array.from({ length: count }, (_, at) => ({ to: 'turn', id: `t-${from + at}` }));
    let { snapshot } = await flow.apply(null, { signals: ids(0, 1_000) });
    snapshot = (await flow.apply(saved(snapshot), { signals: ids(0, 1) })).snapshot; // none of them was taken: all are known
    const kept = snapshot as unknown as { readonly signals: readonly unknown[]; readonly known?: readonly string[] };
    expect([kept.signals.length, kept.known]).toEqual([1_000, undefined]);
    snapshot = (await flow.apply(saved(snapshot), { signals: [{ to: 'held' }] })).snapshot;
    const taken = snapshot as unknown as { readonly signals?: readonly unknown[]; readonly known: readonly string[] };
    expect([taken.signals, taken.known.length, taken.known.at(-2)]).toEqual([undefined, 256, 't-999']);
    const turns = async (signals: readonly { readonly to: string; readonly id: string }[]): Promise<number> => {
      const next = await flow.apply(saved(snapshot), { signals });
      const before = flow.cursor(snapshot);
      expect(before).toEqual(flow.cursor(next.snapshot));
      const index = (one: FlowSnapshot): number => (one as unknown as { readonly paths: Readonly<Record<string, { readonly work?: { readonly index?: number } }>> }).paths['steps/loop']?.work?.index ?? 1;
      return index(next.snapshot) - index(snapshot);
    };
    expect(await turns(ids(999, 1))).toBe(0);
    expect(await turns(ids(745, 1))).toBe(0);
    expect(await turns(ids(744, 1))).toBe(1); // too long ago
    snapshot = (await flow.apply(saved(snapshot), { signals: ids(745, 1) })).snapshot; // it came again, so it is a new one
    snapshot = (await flow.apply(saved(snapshot), { signals: ids(2_000, 250) })).snapshot;
    expect(await turns(ids(745, 1))).toBe(0);
  });

  test('leaves nothing in the snapshot of a run that has succeeded', async () => {
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    flow.steps((s) => void s.waitForSignal('go'));
    const { snapshot, status } = await flow.apply(null, { signals: [{ to: 'go', id: 'a' }] });
    expect([status, Object.keys(snapshot).includes('known')]).toEqual(['succeeded', false]);
  });

  test.for([
    [{ to: 'first', payload: { yes: 'maybe' } }, SignalError],
    [{ to: 'third' }, UnknownSignalError],
    [{ to: 'ask' }, UnknownSignalError],
  ] as const)('that is wrong rejects the apply, and nothing is called: %j', async ([signal, type]) => {
    const flow = approval();
    await expect(flow.apply(null, { signals: [{ to: 'second' }, signal] })).rejects.toBeInstanceOf(type);
    const { ran } = await flow.apply(null, { budget: 'one' });
    expect(ran).toEqual(['steps/ask']);
  });

  test('reaches a loop, an item and a flow that is called', async () => {
    const flows = createFlows({ clock: virtualClock(0) });
    const inner = flows.registerFlow('inner');
    inner.steps((s) => void s.waitForSignal('go'));
    const flow = flows.registerFlow('outer');
    flow.steps((s) => {
      s.loopUntil((l) => l.waitForSignal('turn'), 'loop', (_, value) => value === 'stop');
      s.forEach(['a', 'b'], 'each', (e) => e.waitForSignal('item'), { key: (item) => item });
      s.call(inner, 'call', () => undefined);
    });
    const signals = [['turn', 'on'], ['turn', 'stop'], ['steps/each/b/item', 'for b'], ['steps/each/a/item', 'for a'], ['steps/call/steps/go', 0]] as const;
    let snapshot: FlowSnapshot | null = null;
    const seen: unknown[] = [];
    for (const [to, payload] of signals) {
      const one = await flow.apply(snapshot, { signals: [{ to, payload }] });
      snapshot = saved(one.snapshot);
      seen.push(one.status);
      if (one.result !== undefined) expect(one.result.value('steps/each')).toEqual(['for a', 'for b']);
    }
    expect(seen).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'succeeded']);
  });
});

describe('bad input of an apply is refused', () => {
  const flow = approval();

  test.for([
    [undefined, 'invalid-option', "the snapshot of flow 'approval' is undefined; give what apply returned, or null to begin"],
    ['', 'invalid-option', "the snapshot of flow 'approval' is ''; parse the JSON that was kept of what apply returned"],
    [{}, 'corrupt-journal', undefined],
    [{ runId: 'r', format: 1 }, 'corrupt-journal', undefined],
  ] as const)('a snapshot %j', async ([snapshot, code, message]) => {
    await expect(flow.apply(snapshot as never)).rejects.toMatchObject({ code, ...(message !== undefined && { message }) });
  });

  test('a snapshot that somebody has changed, or of a later version', async () => {
    const { snapshot } = await flow.apply(null);
    const changed = (change: object): FlowSnapshot => ({ ...saved(snapshot), ...change });
    await expect(flow.apply(changed({ format: 99 }))).rejects.toMatchObject({ code: 'unknown-format' });
    await expect(flow.apply(changed({ paths: { 'steps/ask': { s: 'done' } } }))).rejects.toMatchObject({ code: 'corrupt-journal' });
    await expect(flow.apply(changed({ signals: [{ to: 'first' }] }))).rejects.toMatchObject({ code: 'corrupt-journal' });
    await expect(flow.apply(changed({ known: [7] }))).rejects.toMatchObject({ code: 'corrupt-journal' });
    await expect(flow.apply(changed({ runId: 7 }))).rejects.toMatchObject({ code: 'corrupt-journal' });
  });

  test.for([
    [null, "the options of an apply of flow 'approval' are null; give an object, or leave them out"],
    [{ budget: 'two' }, "the budget of an apply is 'two'; give 'one', 'ready' or 'all'"],
    [{ budge: 'one' }, "an apply has no option 'budge'; did you mean 'budget'?"],
    [{ signal: {} }, "the signal of an apply is an object; give an AbortSignal, and what others send in 'signals'"],
    [{ signals: 'go' }, "the signals of an apply are 'go'; give a list"],
    [{ signals: ['go'] }, "a signal is 'go'; give { to, payload }"],
    [{ signals: [{ to: 'first', paylod: 1 }] }, "a signal has no option 'paylod'; did you mean 'payload'?"],
    [{ signals: [{ to: 'second', id: '' }] }, "the id of a signal is ''; give a text that is not empty"],
    [{ runId: '' }, 'the run id is empty; give a string, or leave it out'],
  ] as const)('options %j', async ([options, message]) => {
    await expect(flow.apply(null, options as never)).rejects.toMatchObject({ message });
  });
});

describe('a definition that has changed since', () => {
  async function parked(): Promise<FlowSnapshot> {
    const flow = createFlows().registerFlow('x');
    flow.steps((s) => {
      s.customStep(() => 1, 'a');
      s.customStep(() => 2, 'b');
    });
    return saved((await flow.apply(null, { budget: 'one' })).snapshot);
  }

  test('fits where an item was inserted behind the position', async () => {
    const flow = createFlows().registerFlow('x');
    flow.steps((s) => {
      s.customStep(() => 1, 'a');
      s.customStep(() => 3, 'new');
      s.customStep(() => 2, 'b');
    });
    expect((await flow.apply(await parked())).ran).toEqual(['steps/new', 'steps/b']);
  });

  test('is refused where what has happened is gone, with a list', async () => {
    const flow = createFlows().registerFlow('x');
    flow.steps((s) => void s.customStep(() => 2, 'b'));
    const error: unknown = await flow.apply(await parked()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IncompatibleDefinitionError);
    expect((error as IncompatibleDefinitionError).message).toContain("'steps/a' is recorded and not defined any more");
  });
});
