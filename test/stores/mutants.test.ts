import { expect, test } from 'vitest';
import type { Append, ClaimRequest, Message, NewRun, RunPage, RunQuery, Store, StoredRun } from '../../src/durable/store.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

/** Makes a store that is like a good one, except for what a test replaces. */
type Mutate = (good: Store) => Partial<Store>;

/** Data that outlive a handle, as a file does. */
function shared(mutate: Mutate): { readonly store: Store; readonly again: () => Store } {
  const good = memoryStore();
  const handle = (): Store => {
    let isOpen = true;
    const open = new Proxy(good, {
      get: (_, name) => (...given: readonly unknown[]) => {
        if (name === 'close') isOpen = false;
        else if (isOpen) return Reflect.apply(Reflect.get(good, name) as (...all: readonly unknown[]) => unknown, good, given);
        return name === 'close' ? Promise.resolve() : Promise.reject(new Error('closed'));
      },
    });
    return { ...methodsOf(open), ...mutate(open) };
  };
  return { store: handle(), again: handle };
}

function methodsOf(store: Store): Store {
  return {
    create: (run) => store.create(run),
    append: (rows) => store.append(rows),
    load: (runId) => store.load(runId),
    list: (query) => store.list(query),
    claim: (request) => store.claim(request),
    renew: (owner, leaseUntil, runIds) => store.renew(owner, leaseUntil, runIds),
    release: (owner, runIds) => store.release(owner, runIds),
    post: (runId, message) => store.post(runId, message),
    messages: (owner) => store.messages(owner),
    saveDefinition: (flow, fingerprint, text) => store.saveDefinition(flow, fingerprint, text),
    loadDefinition: (flow, fingerprint) => store.loadDefinition(flow, fingerprint),
    delete: (runId) => store.delete(runId),
    prune: (endedBefore, limit) => store.prune(endedBefore, limit),
    close: () => store.close(),
  };
}

type Test = readonly [title: string, body: () => Promise<void>];

/** Returns the tests of a store, by their titles. */
function testsOf(mutate: Mutate): readonly Test[] {
  const tests: Test[] = [];
  storeConformance('mutant', () => shared(mutate), { describe: (_, body) => body(), test: (title, body) => tests.push([title, body]) });
  return tests;
}

const far = 10 ** 15;

/** What is broken, and words of the title of the test that has to notice, for each requirement at least one. */
const mutants: readonly (readonly [broken: string, noticedBy: string, mutate: Mutate])[] = [
  ['forgets the fingerprint', 'everything that it was created with', (good) => ({ create: (run: NewRun) => good.create({ ...run, fingerprint: '' }) })],
  ['finds any run', 'never created', (good) => ({ load: async (runId: string) => (await good.load(runId)) ?? (await good.load('r1')) })],
  ['creates a run twice', 'a second run of the same id', (good) => ({ create: async (run: NewRun) => (await good.delete(run.runId), good.create(run)) })],
  [
    'looks for a run, then creates it',
    'create one run at the same time',
    (good) => ({
      create: async (run: NewRun) => {
        if ((await good.load(run.runId)) !== undefined) return false;
        await good.create(run);
        return true;
      },
    }),
  ],
  ['cuts long texts', 'ids and texts', (good) => ({ append: (rows) => good.append(rows.map((one) => ({ ...one, row: { ...one.row, text: one.row.text.slice(0, 2 ** 20) } }))) })],
  ['keeps snapshots as Latin-1', 'ids and texts', (good) => ({ append: (rows) => good.append(rows.map(latin)) })],
  ['takes ids as patterns', 'ids and texts', (good) => ({ create: (run: NewRun) => good.create({ ...run, runId: run.runId.replaceAll('_', '%') }), load: (runId: string) => good.load(runId.replaceAll('_', '%')) })],
  ['gives rows backwards', 'in the order of their numbers', (good) => ({ load: (runId: string) => good.load(runId).then((run) => run && { ...run, rows: run.rows.toReversed() }) })],
  ['overwrites rows', 'a number that is taken is refused', (good) => ({ append: async (rows) => (await good.append(rows)).map(() => true) })],
  ['goes on behind a refused row', 'behind a refused row', (good) => ({ append: (rows) => Promise.all(rows.map(async (one) => (await good.append([one]))[0] === true)) })],
  [
    'refuses the whole batch',
    'behind a refused row',
    (good) => ({
      append: async (rows) => {
        const taken = await Promise.all(rows.map(async ({ runId, row }) => (await good.load(runId))?.rows.some(({ seq }) => seq === row.seq) ?? true));
        return taken.includes(true) ? rows.map(() => false) : good.append(rows);
      },
    }),
  ],
  ['says that a row of no run is kept', 'rows of a run that is not there', (good) => ({ append: async (rows) => (await good.append(rows)).map((kept, place) => kept || rows[place]?.runId === 'r2') })],
  ['takes 500 rows', 'a thousand rows', (good) => ({ append: (rows) => good.append(rows.slice(0, 500)) })],
  ['looks for a number, then takes it', 'append at one number at the same time', (good) => ({ append: (rows) => late(good, rows) })],
  ['takes one call at a time', 'append to different runs at the same time', (good) => ({ append: oneAtATime(good) })],
  ['adds nothing with a row', 'added with its first row', (good) => ({ append: (rows) => good.append(rows.map(({ create: _, ...one }) => one)) })],
  ['forgets wakeAt', 'a row changes what it says', (good) => ({ append: (rows) => good.append(rows.map(({ wakeAt: _, ...one }) => one)) })],
  ['forgets that wakeAt is over', 'a row changes what it says', (good) => ({ append: (rows) => good.append(rows.map(({ wakeAt, ...one }) => (typeof wakeAt === 'number' ? { ...one, wakeAt } : one))) })],
  ['forgets the status', 'a row changes what it says', (good) => ({ append: (rows) => good.append(rows.map(({ status: _, ...one }) => one)) })],
  ['never touches a run', 'a row changes what it says', (good) => ({ load: (runId: string) => good.load(runId).then((run) => run && { ...run, head: { ...run.head, updatedAt: run.head.createdAt } }) })],
  ['forgets snapshots', 'its newest snapshot', (good) => ({ append: (rows) => good.append(rows.map(({ snapshot: _, ...one }) => one)) })],
  ['frees the number of a snapshot', 'that brought a snapshot', (good) => ({ append: (rows) => freed(good, rows, ({ snapshot }) => snapshot === '{"seq":2}') })],
  ['frees the numbers of claims', 'the number of a claim stays taken', (good) => ({ append: (rows) => freed(good, rows, ({ row }) => row.seq === 3 && row.text.includes('started')) })],
  ['claims at a number of its own', 'a claim after a snapshot', (good) => ({ claim: (request: ClaimRequest) => claimed(good, request, (run) => ({ ...run, rows: run.rows.map((row) => ({ ...row, seq: 1 })) })) })],
  ['does not count claims', 'a claim appends a row', (good) => ({ claim: (request: ClaimRequest) => good.claim({ ...request, text: () => request.text(1) }) })],
  ['claims without a row', 'finds its next number taken', (good) => ({ claim: (request: ClaimRequest) => claimless(good, request) })],
  ['claims what is not due', 'only runs that are due', (good) => ({ claim: (request: ClaimRequest) => good.claim({ ...request, now: request.now + 2 * 3_600_000 }) })],
  ['claims in any order', 'only runs that are due', (good) => ({ claim: async (request: ClaimRequest) => (await good.claim(request)).toReversed() })],
  ['knows no limit', 'no more runs than its limit', (good) => ({ claim: (request: ClaimRequest) => good.claim({ ...request, limit: 100 }) })],
  ['claims all flows', 'runs of the flows', (good) => ({ claim: ({ flows: _, ...request }: ClaimRequest) => good.claim(request) })],
  ['claims what is excepted', 'leaves out the runs', (good) => ({ claim: ({ except: _, ...request }: ClaimRequest) => good.claim(request) })],
  ['takes no flows for all', 'runs of the flows', (good) => ({ claim: ({ flows, ...request }: ClaimRequest) => good.claim(flows?.length === 0 ? request : { ...request, ...(flows && { flows }) }) })],
  ['gives every new run an owner', 'without an owner', (good) => ({ create: (run: NewRun) => good.create({ ...run, owner: run.owner ?? 'nobody' }) })],
  ['does not look at leases', 'while a lease holds', (good) => ({ create: (run: NewRun) => good.create({ ...run, leaseUntil: 0 }) })],
  ['never ends a lease', 'while a lease holds', (good) => ({ create: (run: NewRun) => good.create({ ...run, leaseUntil: far }) })],
  ['claims what ended', 'a run that ended is not claimed', (good) => ({ append: (rows) => good.append(rows.map(({ status, ...one }) => (status === 'running' ? { ...one, status } : one))) })],
  ['never runs again', 'a run that ended is not claimed', (good) => ({ append: (rows) => good.append(rows.map(({ status, ...one }) => (status === undefined || status === 'running' ? one : { ...one, status }))) })],
  ['gives a run to two', 'of claims at the same time', (good) => ({ claim: (request: ClaimRequest) => twice(good, request) })],
  ['claims by id only what is due', 'claimed by its id need not be due', (good) => ({ claim: async (request: ClaimRequest) => (request.runId === undefined ? good.claim(request) : dueOnly(good, request)) })],
  ['claims by id against a lease', 'unless the lease of another', (good) => ({ claim: (request: ClaimRequest) => good.claim(request.runId === undefined ? request : { ...request, now: far }) })],
  ['refuses an owner its own run', 'unless the lease of another', (good) => ({ claim: async (request: ClaimRequest) => (request.runId !== undefined && request.owner === 'anna' ? [] : good.claim(request)) })],
  ['claims half before it fails', 'whose text cannot be made', (good) => ({ claim: (request: ClaimRequest) => oneByOne(good, request) })],
  ['prolongs every lease', 'prolongs the leases', (good) => ({ renew: async (_: string, until: number, runIds: readonly string[]) => (await Promise.all(['anna', 'bert', 'cleo'].map((owner) => good.renew(owner, until, runIds)))).flat() })],
  ['says that all leases are kept', 'prolongs the leases', (good) => ({ renew: async (owner: string, until: number, runIds: readonly string[]) => (await good.renew(owner, until, runIds), runIds) })],
  ['prolongs nothing', 'prolongs the leases', (good) => ({ renew: (owner: string, _: number, runIds: readonly string[]) => good.renew(owner, 0, runIds) })],
  ['gives back nothing', 'gives its own runs back', () => ({ release: () => Promise.resolve() })],
  ['gives back what others have', 'gives its own runs back', (good) => ({ release: async (_: string, runIds: readonly string[]) => void (await Promise.all(['anna', 'cleo'].map((owner) => good.release(owner, runIds)))) })],
  ['gives messages backwards', 'messages are read with their run', (good) => ({ load: (runId: string) => good.load(runId).then((run) => run && { ...run, messages: run.messages.toReversed() }) })],
  ['consumes nothing', 'a row takes the messages', (good) => ({ append: (rows) => good.append(rows.map(({ consumed: _, ...one }) => one)) })],
  ['knows no message', 'that was posted before is known', (good) => ({ post: async (runId: string, message: Message) => answered(await good.post(runId, message), 'known', 'posted') })],
  ['posts to what ended', 'nothing is posted to a run that has ended', (good) => ({ post: async (runId: string, message: Message) => answered(await good.post(runId, message), 'ended', 'posted') })],
  ['wakes nobody', 'a message makes its run due', (good) => ({ post: (runId: string, message: Message) => good.post(runId, { ...message, at: far }) })],
  [
    'sends a run to the end for a message',
    'does not cost a run its place',
    (good) => ({
      post: async (runId: string, message: Message) => {
        await good.append([{ runId, row: { seq: await nextOf(good, runId), at: message.at, text: '[]' }, wakeAt: message.at }]);
        return good.post(runId, message);
      },
    }),
  ],
  ['claims without messages', 'a claim brings the messages', (good) => ({ claim: (request: ClaimRequest) => claimed(good, request, (run) => ({ ...run, messages: [] })) })],
  ['consumes before it looks at the number', 'a row that is refused leaves the inbox', (good) => ({ append: (rows) => consumedFirst(good, rows) })],
  ['tells all messages to everybody', 'an owner reads the inboxes', (good) => ({ messages: async () => (await Promise.all(['anna', 'bert'].map((owner) => good.messages(owner)))).flat() })],
  [
    'looks for a message, then posts it',
    'of many posts of one id',
    (good) => ({
      post: async (runId: string, message: Message) => {
        if ((await good.load(runId))?.messages.some(({ id }) => id === message.id) === true) return 'known';
        return answered(await good.post(runId, message), 'known', 'posted');
      },
    }),
  ],
  ['knows the messages of runs that are gone', 'messages are gone with their run', (good) => ({ post: postedOnce(good) })],
  ['keeps runs in its handle', 'a message that is posted on one handle', () => methodsOf(memoryStore())],
  ['gives back nothing with a row', 'a row gives its run back', (good) => ({ append: (rows) => good.append(rows.map(({ release: _, ...one }) => one)) })],
  ['gives back before it looks at the number', 'refused gives nothing back', (good) => ({ append: async (rows) => (await good.release('anna', rows.map(({ runId }) => runId)), good.append(rows)) })],
  ['takes all messages for seen', 'does not know when it gives', (good) => ({ append: (rows) => good.append(rows.map((one) => ({ ...one, seen: ['m1', 'm2'] }))) })],
  ['takes no message for seen', 'that the owner knows when', (good) => ({ append: (rows) => good.append(rows.map(({ seen: _, ...one }) => one)) })],
  ['lets no run with messages sleep', 'that does not give its run back', (good) => ({ append: (rows) => good.append(rows.map((one) => (one.seen === undefined ? one : { ...one, wakeAt: null }))) })],
  ['claims by the numbers of runs', 'of many runs that sleep', (good) => ({ claim: async (request: ClaimRequest) => (await good.claim(request)).toSorted((a, b) => a.head.createdAt - b.head.createdAt || a.head.runId.localeCompare(b.head.runId)) })],
  ['lists the oldest first', 'runs are listed as they would be read', (good) => ({ list: (query?: RunQuery) => paged(good, query, (page) => ({ ...page, runs: page.runs.toReversed() })) })],
  ['lists old heads', 'runs are listed as they would be read', (good) => ({ list: (query?: RunQuery) => paged(good, query, (page) => ({ ...page, runs: page.runs.map((head) => ({ ...head, wakeAt: undefined })) })) })],
  ['lists all flows', 'a list has the runs', (good) => ({ list: ({ flow: _, ...query }: RunQuery = {}) => good.list(query) })],
  ['lists every status', 'a list has the runs', (good) => ({ list: ({ status: _, ...query }: RunQuery = {}) => good.list(query) })],
  ['leaves out the first moment', 'a list has the runs', (good) => ({ list: ({ from, ...query }: RunQuery = {}) => good.list(from === undefined ? query : { ...query, from: from + 1 }) })],
  ['takes in the last moment', 'a list has the runs', (good) => ({ list: ({ to, ...query }: RunQuery = {}) => good.list(to === undefined ? query : { ...query, to: to + 1 }) })],
  ['counts pages from the newest', 'pages have each run once', (good) => ({ list: (query?: RunQuery) => byOffset(good, query) })],
  ['has no more pages', 'without a limit it has 100 runs', (good) => ({ list: (query?: RunQuery) => paged(good, query, (page) => ({ ...page, next: undefined })) })],
  ['has an empty page at the end', 'a page is full or the last one', (good) => ({ list: (query?: RunQuery) => paged(good, query, (page) => ({ ...page, next: page.next ?? '0/0' })) })],
  ['deletes nothing', 'a run that was deleted', (good) => ({ delete: async (runId: string) => (await good.load(runId)) !== undefined })],
  ['says that it always deleted', 'a run that was deleted', (good) => ({ delete: async (runId: string) => (await good.delete(runId), true) })],
  ['prunes everything', 'pruned', (good) => ({ prune: (before: number) => good.prune(before, 100) })],
  ['prunes what is younger', 'pruned', (good) => ({ prune: (_: number, limit: number) => good.prune(far, limit) })],
  ['keeps one definition of a flow', 'a definition is kept', (good) => ({ saveDefinition: (flow: string, _: string, text: string) => good.saveDefinition(flow, '', text), loadDefinition: (flow: string) => good.loadDefinition(flow, '') })],
  ['keeps one definition of a fingerprint', 'a definition is kept', (good) => ({ saveDefinition: (_: string, fingerprint: string, text: string) => good.saveDefinition('', fingerprint, text), loadDefinition: (_: string, fingerprint: string) => good.loadDefinition('', fingerprint) })],
  ['works after it was closed', 'a store that was closed', () => ({ close: () => Promise.resolve() })],
  ['keeps runs in its handle', 'opened again', () => methodsOf(memoryStore())],
  ['keeps runs in its handle', 'two handles see', () => methodsOf(memoryStore())],
  ['keeps runs in its handle', 'of claims by two handles', () => methodsOf(memoryStore())],
];

function latin({ snapshot, ...one }: Append): Append {
  return snapshot === undefined ? one : { ...one, snapshot: Buffer.from(snapshot, 'latin1').toString('latin1') };
}

type Answer = Awaited<ReturnType<Store['post']>>;

function answered(answer: Answer, good: Answer, bad: Answer): Answer {
  return answer === good ? bad : answer;
}

function postedOnce(good: Store): Store['post'] {
  const posted = new Set<string>();
  return async (runId, message) => {
    const answer = await good.post(runId, message);
    const key = `${runId}/${message.id}`;
    if (answer !== 'posted' || !posted.has(key)) return posted.add(key), answer;
    return 'known';
  };
}

async function nextOf(good: Store, runId: string): Promise<number> {
  return ((await good.load(runId))?.rows.at(-1)?.seq ?? 0) + 1;
}

async function consumedFirst(good: Store, rows: readonly Append[]): Promise<readonly boolean[]> {
  for (const { runId, consumed = [] } of rows) await good.append([{ runId, row: { seq: 99, at: 0, text: '[]' }, consumed }]);
  return good.append(rows);
}

async function late(good: Store, rows: readonly Append[]): Promise<readonly boolean[]> {
  const runs = await Promise.all(rows.map(({ runId }) => good.load(runId)));
  const isFree = rows.map(({ row }, place) => runs[place]?.rows.every(({ seq }) => seq !== row.seq) === true);
  const answers = await good.append(rows);
  return answers.map((kept, place) => kept || isFree[place] === true);
}

function oneAtATime(good: Store): Store['append'] {
  let isAtWork = false;
  return async (rows) => {
    if (isAtWork) return rows.map(() => false);
    isAtWork = true;
    await Promise.resolve();
    isAtWork = false;
    return good.append(rows);
  };
}

/** Keeps rows at numbers that are taken, if `isFree` says that they would be free. */
async function freed(good: Store, rows: readonly Append[], isFree: (append: Append) => boolean): Promise<readonly boolean[]> {
  const taken = await good.append(rows);
  const isAgain = rows.every((row) => row.snapshot === undefined);
  return taken.map((kept, place) => kept || (isAgain && isFree({ ...rows[place]!, ...(rows[place]!.row.text === '[]' && { snapshot: '{"seq":2}' }) })));
}

async function claimed(good: Store, request: ClaimRequest, change: (run: StoredRun) => StoredRun): Promise<readonly StoredRun[]> {
  return (await good.claim(request)).map(change);
}

/** Claims, and puts the run back as it was, owned by the claimer. */
async function claimless(good: Store, request: ClaimRequest): Promise<readonly StoredRun[]> {
  const runs = await good.claim(request);
  for (const { head, rows } of runs) {
    await good.delete(head.runId);
    await good.create({ ...head, owner: request.owner, row: rows[0]! });
    await good.append(rows.slice(1, -1).map((row) => ({ runId: head.runId, row })));
  }
  return runs;
}

async function twice(good: Store, request: ClaimRequest): Promise<readonly StoredRun[]> {
  const { runs } = await good.list();
  await Promise.resolve();
  const mine = runs.filter(({ leaseUntil }) => leaseUntil === 0).slice(0, request.limit);
  return (await Promise.all(mine.map(({ runId }) => good.claim({ ...request, runId, now: far })))).flat();
}

async function dueOnly(good: Store, request: ClaimRequest): Promise<readonly StoredRun[]> {
  const run = await good.load(request.runId ?? '');
  return run?.head.status === 'running' && (run.head.wakeAt ?? 0) <= request.now ? good.claim(request) : [];
}

async function oneByOne(good: Store, request: ClaimRequest): Promise<readonly StoredRun[]> {
  const runs: StoredRun[] = [];
  while (runs.length < request.limit) {
    const one = await good.claim({ ...request, limit: 1 });
    if (one.length === 0) break;
    runs.push(...one);
  }
  return runs;
}

async function paged(good: Store, query: RunQuery | undefined, change: (page: RunPage) => RunPage): Promise<RunPage> {
  return change(await good.list(query));
}

async function byOffset(good: Store, { after, limit = 100, ...query }: RunQuery = {}): Promise<RunPage> {
  const from = Number(after ?? 0);
  const { runs } = await good.list({ ...query, limit: 10_000 });
  return { runs: runs.slice(from, from + limit), next: runs.length > from + limit ? String(from + limit) : undefined };
}

test.each(testsOf(() => ({})))('a store that outlives its handles passes: %s', async (_, body) => {
  await body();
});

test.each(mutants)('a store that %s is noticed: %s', async (_, noticedBy, mutate) => {
  const tests = testsOf(mutate).filter(([title]) => title.includes(noticedBy));
  expect(tests).toHaveLength(1);
  await expect(tests[0]![1]()).rejects.toThrow();
});

test('for every requirement there is a store that does not meet it', () => {
  const unnoticed = testsOf(() => ({})).filter(([title]) => !mutants.some(([, noticedBy]) => title.includes(noticedBy)));
  expect(unnoticed.map(([title]) => title)).toEqual([]);
});
