import { describe, expect, test } from 'vitest';
import type { DurableOptions } from '../../src/durable/durable-flows.ts';
import { IncompatibleDefinitionError } from '../../src/durable/incompatible.ts';
import { type Migrate, MigrationError } from '../../src/durable/migrate.ts';
import type { Snapshot } from '../../src/durable/snapshot.ts';
import { stateOf } from '../../src/durable/state-of.ts';
import type { Store } from '../../src/durable/store.ts';
import { createFlows } from '../../src/flows.ts';
import { failed, type Process, settled } from '../../src/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { settle } from '../../src/testing/settle.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';

type Shape = (process: Process<undefined>, step: (name: string) => () => string) => void;

interface Making extends Partial<DurableOptions> {
  readonly wrong?: readonly string[];
  readonly calls?: string[];
}

/** A registry with one flow, and what its steps do: `wrong` ones throw. */
function registry(store: Store, shape: Shape, { wrong = [], calls = [], ...options }: Making = {}) {
  const flows = createFlows({ store, ...options });
  const flow = flows.registerFlow<undefined>('order');
  const named = (name: string) => {
    const work = (): string => {
      calls.push(name);
      if (wrong.includes(name)) throw new Error(`${name} is wrong`);
      return `${name} is done`;
    };
    return Object.defineProperty(work, 'name', { value: name });
  };
  shape(flow.process('p'), named);
  return { flows, flow };
}

/**
 * Leaves a run that stopped at some row, as a process does that dies: nothing behind that row, and no lease. No time passes meanwhile: when a
 * run gives the event loop its turn, its rows are others.
 */
async function left(store: Store, shape: Shape, rows: number, wrong: readonly string[] = []): Promise<void> {
  const whole = memoryStore();
  await registry(whole, shape, { wrong, clock: virtualClock(Date.now()) }).flow.run(undefined, { runId: 'r' });
  const stored = (await whole.load('r'))!;
  const { flow, fingerprint } = stored.head;
  await store.create({ runId: 'r', flow, fingerprint, owner: 'gone', leaseUntil: 0, row: stored.rows[0]! });
  await store.append(stored.rows.slice(1, rows).map((row) => ({ runId: 'r', row })));
  const structure = await whole.loadDefinition(flow, fingerprint);
  await store.saveDefinition(flow, fingerprint, structure!);
}

const chain: Shape = (process, step) => {
  const a = process.customStep(step('a'), 'a');
  const b = process.customStep(step('b'), 'b', a);
  process.customStep(step('c'), 'c', b);
};

describe('R19: a recorded run and a definition that has changed', () => {
  test('it goes on with steps that come behind what it has done', async () => {
    const store = memoryStore();
    await left(store, chain, 2);
    const calls: string[] = [];
    const longer: Shape = (process, step) => {
      chain(process, step);
      process.customStep(step('d'), 'd', 'c');
      process.customStep(step('beside'), 'beside');
    };
    const { flows } = registry(store, longer, { calls });
    expect(await flows.check()).toEqual({ fits: 1, migrates: 0, problems: [], unknownFlows: new Map() });
    const result = await (await flows.resume('r')).done;
    expect(result.status).toBe('succeeded');
    expect(calls.sort()).toEqual(['b', 'beside', 'c', 'd']);
    expect(stateOf((await store.load('r'))!).fingerprint).toBe(flows.get('order')!.graph().fingerprint);
  });

  test('all differences are listed at once, with paths and what was probably meant', async () => {
    const store = memoryStore();
    await left(store, chain, 3); // a and b succeeded, c is at work
    const other: Shape = (process, step) => {
      const first = process.customStep(step('first'), 'first');
      const a = process.customStep(step('a'), 'a', first);
      const b = process.customStep(step('bb'), 'bb', a);
      process.always(step('c'), 'c').after(settled(b));
    };
    const { flows } = registry(store, other);
    const error = await flows.resume('r').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IncompatibleDefinitionError);
    expect((error as IncompatibleDefinitionError).differences).toEqual([
      "'p/a' has been at work, and now it would have to wait for 'p/first'",
      "'p/b' is recorded and not defined any more; is it 'p/bb' now?",
      "'p/c' is recorded as a step, and is an always step now",
    ]);
    const { problems } = await flows.check();
    expect(problems).toEqual([{ runId: 'r', flow: 'order', differences: (error as IncompatibleDefinitionError).differences, error: expect.any(IncompatibleDefinitionError) as Error }]);
  });

  test('a run that does not fit is given back, and the old definition goes on with it', async () => {
    const store = memoryStore();
    await left(store, chain, 2);
    const { flows } = registry(store, (process, step) => void process.customStep(step('z'), 'z'), { owner: 'new' });
    await expect(flows.resume('r')).rejects.toThrow(IncompatibleDefinitionError);
    const old = registry(store, chain, { owner: 'old' });
    expect((await (await old.flows.resume('r')).done).status).toBe('succeeded');
  });

  test('callbacks may come and go', async () => {
    const store = memoryStore();
    const withCallbacks: Shape = (process, step) => {
      chain(process, step);
      process.beforeProcess(() => undefined);
      process.afterProcess(() => undefined);
    };
    const longer = (shape: Shape): Shape => (process, step) => {
      shape(process, step);
      process.customStep(step('d'), 'd', 'c');
    };
    await left(store, chain, 2);
    const calls: string[] = [];
    expect((await (await registry(store, longer(withCallbacks), { calls }).flows.resume('r')).done).status).toBe('succeeded');
    await store.delete('r');
    await left(store, withCallbacks, 3);
    expect((await (await registry(store, longer(chain), { calls }).flows.resume('r')).done).status).toBe('succeeded');
  });

  /** charge ── ship, refund (if charge failed), tidy (always) */
  const handled: Shape = (process, step) => {
    const charge = process.customStep(step('charge'), 'charge');
    process.customStep(step('ship'), 'ship', charge);
    process.customStep(step('refund'), 'refund', failed(charge));
  };
  const wrong = ['charge'];

  test('what was done because of a failure that is forgotten still fits', async () => {
    const store = memoryStore();
    await left(store, handled, 100, wrong);
    const longer: Shape = (process, step) => {
      handled(process, step);
      process.customStep(step('mail'), 'mail', 'ship');
    };
    const again = registry(store, longer, { wrong });
    expect((await (await again.flows.resume('r')).done).status).toBe('failed'); // recovered once
    const longest: Shape = (process, step) => {
      longer(process, step);
      process.customStep(step('bill'), 'bill', 'ship');
    };
    const calls: string[] = [];
    const last = registry(store, longest, { calls });
    const result = await (await last.flows.resume('r')).done;
    expect(calls).toEqual(['charge', 'ship', 'mail', 'bill']);
    expect(result.outcome('refund').status).toBe('succeeded');
  });

  test('a step may be put before one that failed, and not before one that succeeded, however often the run was recovered', async () => {
    const before: Shape = (process, step) => {
      const check = process.customStep(step('check'), 'check');
      const charge = process.customStep(step('charge'), 'charge', check);
      process.customStep(step('ship'), 'ship', charge);
      process.customStep(step('refund'), 'refund', failed(charge));
    };
    const store = memoryStore();
    await left(store, handled, 100, wrong);
    expect((await (await registry(store, before, { wrong }).flows.resume('r')).done).status).toBe('failed');
    const late: Shape = (process, step) => {
      const first = process.customStep(step('first'), 'first');
      const check = process.customStep(step('check'), 'check', first);
      const charge = process.customStep(step('charge'), 'charge', check);
      process.customStep(step('ship'), 'ship', charge);
      process.customStep(step('refund'), 'refund', failed(charge));
    };
    await expect(registry(store, late).flows.resume('r')).rejects.toThrow("'p/check' has been at work, and now it would have to wait for 'p/first'");
  });

  test('what a stop left out counts as over for always steps', async () => {
    const store = memoryStore();
    const stopped: Shape = (process, step) => {
      const a = process.customStep(step('a'), 'a');
      process.customStep(step('b'), 'b', a);
      process.always(step('tidy'), 'tidy');
    };
    const { flows, flow } = registry(store, stopped);
    const run = flow.start(undefined, { runId: 'r' });
    run.stop('enough', { mode: 'drain' });
    await run.done;
    const rows = (await store.load('r'))!.rows;
    await store.delete('r');
    const head = { flow: 'order', fingerprint: flows.get('order')!.graph().fingerprint };
    await store.create({ runId: 'r', ...head, owner: 'gone', leaseUntil: 0, row: rows[0]! });
    await store.append(rows.slice(1, -1).map((row) => ({ runId: 'r', row })));
    const longer: Shape = (process, step) => {
      stopped(process, step);
      process.customStep(step('d'), 'd', 'b');
    };
    expect(await registry(store, longer).flows.check()).toMatchObject({ fits: 1, problems: [] });
  });

  test('the result of a run that has ended is read with any definition', async () => {
    const store = memoryStore();
    await registry(store, chain).flow.run(undefined, { runId: 'r' });
    const { flows } = registry(store, (process, step) => {
      const a = process.customStep(step('a'), 'a', process.customStep(step('new'), 'new'));
      process.customStep(step('b'), 'b', a);
    });
    const result = (await flows.result('r'))!;
    expect(result.status).toBe('succeeded');
    expect(result.value('b')).toBe('b is done');
  });
});

/** Renames p/b to p/bb. */
const renamed: Migrate = ({ paths: { 'p/b': b, ...paths }, ...rest }) => ({ ...rest, paths: b === undefined ? paths : { ...paths, 'p/bb': b } });

const renamedChain: Shape = (process, step) => {
  const a = process.customStep(step('a'), 'a');
  const b = process.customStep(step('bb'), 'bb', a);
  process.customStep(step('c'), 'c', b);
};

describe('a registry with migrate', () => {
  test('makes a run fit, and records that with the state', async () => {
    const store = memoryStore();
    await left(store, chain, 3);
    const calls: string[] = [];
    const seen: unknown[] = [];
    const migrate: Migrate = (snapshot, change) => {
      seen.push(change);
      return renamed(snapshot, change);
    };
    const { flows } = registry(store, renamedChain, { calls, migrate });
    expect(await flows.check()).toMatchObject({ fits: 1, migrates: 1, problems: [] });
    expect((await store.load('r'))!.snapshot).toBeUndefined(); // check changes nothing
    const result = await (await flows.resume('r')).done;
    expect(calls).toEqual(['c']);
    expect(result.value('bb')).toBe('b is done');
    expect(seen[0]).toMatchObject({ runId: 'r', from: { flow: 'order', steps: [{ path: 'p/a' }, { path: 'p/b' }, { path: 'p/c' }] }, to: { steps: [{ path: 'p/a' }, { path: 'p/bb' }, { path: 'p/c' }] }, differences: [expect.stringContaining("'p/b'") as string, expect.any(String) as string] });
    const state = stateOf((await store.load('r'))!);
    expect(Object.keys(state.paths).sort()).toEqual(['p/a', 'p/bb', 'p/c']);
    expect(state.fingerprint).toBe(flows.get('order')!.graph().fingerprint);
    expect((await registry(store, renamedChain).flows.result('r'))!.value('bb')).toBe('b is done');
  });

  test('is not asked about a run that fits, and not again about one that was migrated', async () => {
    const store = memoryStore();
    await left(store, chain, 3);
    let asked = 0;
    const migrate: Migrate = (snapshot, change) => {
      asked += 1;
      return renamed(snapshot, change);
    };
    expect((await (await registry(store, renamedChain, { migrate, wrong: ['c'] }).flows.resume('r')).done).status).toBe('failed');
    expect((await (await registry(store, renamedChain, { migrate }).flows.resume('r')).done).status).toBe('succeeded');
    expect(asked).toBe(1);
  });

  test('may return undefined for runs that it does not know', async () => {
    const store = memoryStore();
    await left(store, chain, 3);
    await expect(registry(store, renamedChain, { migrate: () => undefined }).flows.resume('r')).rejects.toThrow(IncompatibleDefinitionError);
  });

  test.each<[string, Migrate, string]>([
    ['throws', () => {
      throw new RangeError('no price');
    }, "run 'r' of flow 'order' cannot be migrated: migrate threw: no price"],
    ['returns what is no snapshot', (snapshot) => ({ ...snapshot, paths: { 'p/a': { s: 'odd' } } }) as unknown as Snapshot, "run 'r' of flow 'order' cannot be migrated: what migrate returned is no snapshot: "],
    ['returns a text', () => 'snapshot' as unknown as Snapshot, "run 'r' of flow 'order' cannot be migrated: what migrate returned is no snapshot: "],
  ])('that %s is a MigrationError, and changes nothing', async (_, migrate, message) => {
    const store = memoryStore();
    await left(store, chain, 3);
    const { flows } = registry(store, renamedChain, { migrate });
    const error = await flows.resume('r').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toContain(message);
    expect((await store.load('r'))!.rows.length).toBe(4); // the claim alone was added
    expect((await (await registry(store, chain).flows.resume('r')).done).status).toBe('succeeded');
  });

  test('whose outcome does not fit either is told so', async () => {
    const store = memoryStore();
    await left(store, chain, 3);
    await expect(registry(store, renamedChain, { migrate: (snapshot) => snapshot }).flows.resume('r')).rejects.toThrow("'p/b' is recorded and not defined any more");
  });

  test('cannot change who owns a run, or where its journal is', async () => {
    const store = memoryStore();
    await left(store, chain, 3);
    const migrate: Migrate = (snapshot, change) => ({ ...renamed(snapshot, change)!, seq: 99, epoch: 1, owner: 'else', flow: 'other', moments: 0, fingerprint: 'f' });
    const { flows } = registry(store, renamedChain, { migrate, owner: 'me' });
    expect((await (await flows.resume('r')).done).status).toBe('succeeded');
    expect(stateOf((await store.load('r'))!)).toMatchObject({ flow: 'order', epoch: 2, owner: expect.stringMatching(/^me#/) as string });
  });
});

describe('check', () => {
  test('names the flows that are not registered, pages through all runs, and claims none', async () => {
    const store = memoryStore();
    for (let run = 0; run < 230; run++) {
      const name = run % 2 === 0 ? 'order' : 'gone';
      const flows = createFlows({ store, owner: 'at work' });
      const flow = flows.registerFlow<undefined>(name);
      flow.process('p').customStep(() => new Promise(() => undefined), 'a');
      flow.start(undefined, { runId: `r${run}` });
    }
    await settle();
    const { flows } = registry(store, (process, step) => void process.customStep(step('a'), 'a'), { owner: 'another' });
    expect(await flows.check()).toEqual({ fits: 115, migrates: 0, problems: [], unknownFlows: new Map([['gone', 115]]) });
    expect((await store.load('r0'))!.head).toMatchObject({ owner: expect.stringMatching(/^at work#/) as string, epoch: 1 });
  });
});
