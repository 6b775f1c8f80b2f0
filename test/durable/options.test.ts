import { createFlows, type DurableOptions, encrypt, jsonCodec, memoryStore, registeredClass, type RunQuery } from 'millrace';
import { sqliteStore } from 'millrace/sqlite';
import { describe, expect, test } from 'vitest';

const store = memoryStore();
class Money {}

/** Callers without types give whatever they have. */
const flowsWith = (options: object): unknown => createFlows(options as DurableOptions);

test('an input that cannot be recorded rejects its run, and says so', async () => {
  const order = createFlows({ store }).flowWithProcess<object>('order');
  order.customStep(() => 1, 'a');
  await expect(order.flow.run({ send: () => 1 })).rejects.toThrow("the input of flow 'order' cannot be recorded: value.send is the function 'send'; keep data only");
});

describe('what cannot be meant is refused by the call that sees it', () => {
  test.for<readonly [object, string]>([
    [{ store: undefined }, 'the store of a registry is undefined; give memoryStore(), sqliteStore(path) or another Store'],
    [{ store: 'orders.db' }, "the store of a registry is 'orders.db'; give memoryStore(), sqliteStore(path) or another Store"],
    [{ store: memoryStore }, "the store of a registry is function 'memoryStore'; give memoryStore(), sqliteStore(path) or another Store"],
    [{ store: Promise.resolve(store) }, "the store of a registry has no method 'create'; give memoryStore(), sqliteStore(path) or another Store"],
    [{ durability: 'exit' }, 'the store of a registry is undefined; give memoryStore(), sqliteStore(path) or another Store'],
    [{ signalPoll: '1s' }, 'the store of a registry is undefined; give memoryStore(), sqliteStore(path) or another Store'],
    [{ stoer: store }, "a registry has no option 'stoer'; did you mean 'store'?"],
    [{ store, codec: 'json' }, "the codec of a registry is 'json'; give jsonCodec(), encrypt(options) or another object with encode and decode"],
    [{ store, codec: jsonCodec }, "the codec of a registry is function 'jsonCodec'; give jsonCodec(), encrypt(options) or another object with encode and decode"],
    [
      { store, codec: { encode: (value: unknown) => JSON.stringify(value ?? null), decode: (text: string): unknown => (text === 'null' ? undefined : JSON.parse(text)) } },
      'the codec of a registry does not bring back errors: they come back as an object; mend it, or build it on jsonCodec()',
    ],
    [{ store, codec: { encode: JSON.stringify, decode: JSON.parse } }, 'encode of the codec of a registry returned undefined for undefined; return a text, and no promise of one'],
    [{ store, codec: { encode: () => Promise.resolve(''), decode: JSON.parse } }, 'encode of the codec of a registry returned an object for undefined; return a text, and no promise of one'],
    [{ store, resources: 'db' }, "the resources of a registry are 'db'; give a list of what defineResource made"],
    [{ store, resources: [{}] }, 'one of the resources of a registry is an object; give what defineResource made'],
    [{ store, durability: 'always' }, "the durability of a registry is 'always'; give 'step', 'exit' or 'none'"],
    [{ store, lease: '10ms' }, 'the lease of a registry is 10 ms; give at least 1000 ms'],
    [{ store, leese: '30s' }, "a registry has no option 'leese'; did you mean 'lease'?"],
  ])('a registry with %o', ([options, message]) => {
    expect(() => flowsWith(options)).toThrow(message);
  });

  test.for<readonly [unknown, string]>([
    [null, 'a query of runs is null; give an object, or leave it out'],
    [{ state: 'failed' }, "a query of runs has no option 'state'; did you mean 'status'?"],
    [{ status: 'done' }, "the status of a query of runs is 'done'; give 'running', 'succeeded', 'failed' or 'stopped', or leave it out"],
    [{ flow: 5 }, 'the flow of a query of runs is 5; give its name, or leave it out'],
    [{ from: new Date(0) }, "the 'from' of a query of runs is an object; give milliseconds since the epoch, or leave it out"],
    [{ to: 'today' }, "the 'to' of a query of runs is 'today'; give milliseconds since the epoch, or leave it out"],
    [{ limit: 0 }, 'the limit of a query of runs is 0; give a whole number from 1, or leave it out'],
    [{ after: 1 }, "the 'after' of a query of runs is 1; give what the page before had as 'next', or leave it out"],
  ])('a query of runs %o', async ([query, message]) => {
    await expect(createFlows({ store }).runs(query as RunQuery)).rejects.toThrow(message);
  });

  test.for<readonly [string, () => unknown, string]>([
    ['no path', () => sqliteStore(undefined as never), "the path of sqliteStore is undefined; give the path of a file, or ':memory:'"],
    ['an empty path', () => sqliteStore(''), "the path of sqliteStore is \"\"; give the path of a file, or ':memory:'"],
    ['a word that SQLite does not know', () => sqliteStore(':memory:', { synchronous: 'off' as never }), "synchronous is 'off'; give 'full' or 'normal'"],
    ['another driver', () => sqliteStore(':memory:', { driver: 'sqlite3' as never }), "driver is 'sqlite3'; give 'node:sqlite' or 'libsql', or leave the choice open"],
    ['an option that there is not', () => sqliteStore(':memory:', { timeout: 1 } as never), "sqliteStore has no option 'timeout'"],
    ['options of the codec that are none', () => jsonCodec(null as never), 'the options of jsonCodec are null; give an object, or leave them out'],
    ['an option that the codec does not have', () => jsonCodec({ clases: [] } as never), "jsonCodec has no option 'clases'; did you mean 'classes'?"],
    ['one class instead of a list', () => jsonCodec({ classes: Money as never }), "the classes of jsonCodec are function 'Money'; give a list of them"],
    ['the name of a class', () => jsonCodec({ classes: ['Money' as never] }), "one of the classes of jsonCodec is 'Money'; give a class, or what registeredClass made"],
    ['no class', () => registeredClass(undefined as never), 'a registered class is undefined; give { type: TheClass }'],
    ['functions that are none', () => registeredClass({ type: Money, encode: 1 as never, decode: 2 as never }), "'encode' of registered class 'Money' is 1; give a function"],
    ['encryption without keys', () => encrypt({} as never), 'encrypt has no keys; give { key: name, keys: { name: 32 bytes } }'],
    ['encryption of nothing', () => encrypt({ key: 'a', keys: { a: '00'.repeat(32) }, codec: 5 as never }), 'the codec of encrypt is 5; give jsonCodec(), encrypt(options) or another object with encode and decode'],
  ])('%s', ([, call, message]) => {
    expect(call).toThrow(message);
  });

  test.for([memoryStore(), sqliteStore(':memory:')])('a time or a number that nothing can be pruned by', async (one) => {
    await expect(one.prune(NaN, 1)).rejects.toThrow('prune is to remove what ended before NaN; give milliseconds since the epoch');
    await expect(one.prune(new Date(0) as never, 1)).rejects.toThrow('prune is to remove what ended before an object');
    await expect(one.prune(0, -1)).rejects.toThrow('the limit of prune is -1; give a whole number from 0');
    await one.close();
  });

  test.for(['a\0b', '\ud800'])('a run id that no store can keep: %o', async (runId) => {
    const order = createFlows({ store }).flowWithProcess('order');
    order.customStep(() => 1, 'a');
    await expect(order.flow.run(undefined, { runId })).rejects.toThrow('leave out NUL and lone surrogates');
  });
});
