import { createFlows, defineResource, type Flow, type InternalError, InvalidOptionError, type Logger } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, hands, throwing } from './bench.ts';
import { gate, type Gate } from './shared.ts';

const nothing = (): void => undefined;

/** Registers a flow whose runs have `count` problems at their end. */
function troubled(flow: Flow, count: number): void {
  flow.process('troubled').customStep(async (s) => {
    for (let n = count; n >= 1; n--) await s.attach(defineResource({ name: `r${n}`, release: throwing(new Error(`problem ${n}`)) }));
  }, 'attach');
}

function logging(warned: unknown[]): Logger {
  return { debug: nothing, info: nothing, error: nothing, warn: (fields, message) => void warned.push([fields, message]) };
}

describe('a handler of internal errors', () => {
  test('EVT-41: gets the events of all runs of its registry, also of those without listeners', async () => {
    const { clock, flows, flow } = bench();
    troubled(flow, 1);
    const events: InternalError[] = [];
    const sink = flows.onInternalError((event) => void events.push(event));
    await flow.run();
    await flow.run();
    await sink.idle();
    const { error } = events[0]!;
    expect(error.message).toBe('problem 1');
    expect(events[0]).toEqual({
      type: 'internal-error',
      runId: 'r-1',
      flow: 'f',
      at: clock.now(),
      stage: 'resource',
      error,
      path: undefined,
      process: 'troubled',
      resource: 'r1',
      action: 'release',
    });
    expect([events[1]?.runId, sink.handled, sink.discarded]).toEqual(['r-2', 2, 0]);
  });

  test('EVT-41: gets the stages that it asks for, and the logger gets what nobody does', async () => {
    const warned: unknown[] = [];
    const { flows, flow, p } = bench({ logger: logging(warned) });
    troubled(flow, 1);
    const wrong = new Error('wrong predicate');
    p.customStep(throwing(), 'a').stepRetry({ retries: 1, when: throwing(wrong) });
    const stages: string[] = [];
    const sink = flows.onInternalError(({ stage }) => void stages.push(stage), { stages: ['resource', 'listener'] });
    const run = flow.start();
    run.on('run-ended', throwing(new Error('wrong listener')));
    await run.done;
    await sink.idle();
    expect(stages).toEqual(['resource', 'listener']);
    expect(warned).toEqual([[{ error: wrong, stage: 'predicate', path: 'p/a', runId: 'r-1' }, 'wrong predicate']]);
  });

  test('gets the problems of steps that throw after their run has ended', async () => {
    const { clock, flows, flow, p } = bench();
    const { a } = hands('a');
    p.parallel(a);
    const events: InternalError[] = [];
    const sink = flows.onInternalError((event) => void events.push(event));
    const run = flow.start();
    const call = await a.started(run.done);
    run.stop('enough', { mode: 'abort' });
    await clock.advance('5s');
    await run.done;
    const late = new Error('late');
    call.fail(late);
    await settle();
    expect(events).toMatchObject([{ stage: 'late-step', error: late, path: 'p/a' }]);
    expect(sink.handled).toBe(1);
  });

  test('hears of nothing in other registries', async () => {
    const { flow } = bench();
    troubled(flow, 1);
    const sink = createFlows().onInternalError(nothing);
    await flow.run();
    await sink.idle();
    expect(sink.handled).toBe(0);
  });

  test('is never called inside of a run', async () => {
    const { flows, flow, p } = bench();
    const log: string[] = [];
    flows.onInternalError(() => void log.push('handled'));
    p.customStep(throwing(), 'a').stepRetry({ retries: 1, when: throwing() });
    p.customStep(() => void log.push('b'), 'b');
    await flow.run();
    await settle();
    expect(log).toEqual(['b', 'handled']);
  });

  test('several each get every event, and the listeners of the run too', async () => {
    const { flows, flow } = bench();
    troubled(flow, 2);
    const sinks = [flows.onInternalError(nothing), flows.onInternalError(nothing)];
    const run = flow.start();
    let heard = 0;
    run.on('internal-error', () => void (heard += 1));
    await run.done;
    await Promise.all(sinks.map((sink) => sink.idle()));
    expect([heard, ...sinks.map(({ handled }) => handled)]).toEqual([2, 2, 2]);
  });
});

describe('the queue of a handler', () => {
  /** A handler that is driven by hand, and what it has begun. */
  function slow(): { readonly begun: string[]; readonly gates: Gate<void>[]; readonly handler: (event: InternalError) => Promise<void> } {
    const begun: string[] = [];
    const gates: Gate<void>[] = [];
    const handler = ({ error }: InternalError): Promise<void> => {
      begun.push(error.message);
      const made = gate();
      gates.push(made);
      return made.promise;
    };
    return { begun, gates, handler };
  }

  test('EVT-42: handles 32 events one at a time, in their order, and loses none', async () => {
    const { flows, flow } = bench();
    troubled(flow, 32);
    const { begun, gates, handler } = slow();
    const sink = flows.onInternalError(handler);
    await flow.run();
    for (let n = 1; n <= 32; n++) {
      await settle();
      expect(begun).toHaveLength(n);
      gates[n - 1]?.open();
    }
    await sink.idle();
    expect(begun).toEqual(Array.from({ length: 32 }, (_, index) => `problem ${index + 1}`));
    expect([sink.handled, sink.discarded]).toEqual([32, 0]);
  });

  test('handles as many at once as it is allowed to', async () => {
    const { flows, flow } = bench();
    troubled(flow, 5);
    const { begun, gates, handler } = slow();
    const sink = flows.onInternalError(handler, { concurrency: 2 });
    await flow.run();
    await settle();
    expect(begun).toEqual(['problem 1', 'problem 2']);
    gates[1]?.open();
    await settle();
    expect(begun).toEqual(['problem 1', 'problem 2', 'problem 3']);
    for (let n = 0; n < 5; n++) {
      gates[n]?.open();
      await settle();
    }
    expect(sink.handled).toBe(5);
  });

  test('EVT-47: of 4000 events each is handled or discarded', async () => {
    const { flows, flow, p } = bench();
    for (let n = 0; n < 4000; n++) p.customStep(throwing(), `s${n}`).stepRetry({ retries: 1, when: throwing() });
    let lost = 0;
    const sink = flows.onInternalError(() => settle(), { concurrency: 3, discard: () => void (lost += 1) });
    const run = flow.start();
    let sent = 0;
    run.on('internal-error', () => void (sent += 1));
    await run.done;
    await sink.idle();
    expect([sent, sink.handled + sink.discarded, lost]).toEqual([4000, 4000, sink.discarded]);
    expect(sink.handled).toBeGreaterThanOrEqual(67);
    expect(sink.discarded).toBeGreaterThan(0);
  });

  test('has room for its capacity besides what is being handled', async () => {
    const { flows, flow } = bench();
    troubled(flow, 6);
    const { begun, gates, handler } = slow();
    const lost: string[] = [];
    const sink = flows.onInternalError(handler, { capacity: 2, discard: ({ error }) => lost.push(error.message) });
    await flow.run();
    await settle();
    expect([begun, lost, sink.discarded]).toEqual([['problem 1'], ['problem 4', 'problem 5', 'problem 6'], 3]);
    for (let n = 0; n < 3; n++) {
      gates[n]?.open();
      await settle();
    }
    await sink.idle();
    expect(sink.handled).toBe(3);
  });

  test.for(['throws', 'rejects'] as const)('EVT-48: a discard that %s changes nothing, and the runs succeed', async (how) => {
    const warned: unknown[] = [];
    const { flows, flow } = bench({ logger: logging(warned) });
    troubled(flow, 3);
    const { gates, handler } = slow();
    const sink = flows.onInternalError(handler, { capacity: 1, discard: how === 'throws' ? throwing() : () => Promise.reject(new Error('broken')) });
    expect((await flow.run()).status).toBe('succeeded');
    await settle();
    expect(sink.discarded).toBe(1);
    expect(warned).toMatchObject([[{ event: { resource: 'r3' } }, 'broken']]);
    gates[0]?.open();
    await settle();
    gates[1]?.open();
    await sink.idle();
  });

  test('without a discard the logger gets what has no room', async () => {
    const warned: unknown[] = [];
    const { flows, flow } = bench({ logger: logging(warned) });
    troubled(flow, 3);
    flows.onInternalError(slow().handler, { capacity: 1 });
    await flow.run();
    await settle();
    expect(warned).toMatchObject([[{ stage: 'resource', runId: 'r-1', resource: 'r3', action: 'release' }, 'problem 3']]);
  });

  test('a handler that throws or rejects goes on with the next event, and its errors go to the logger', async () => {
    const warned: unknown[] = [];
    const { flows, flow } = bench({ logger: logging(warned) });
    troubled(flow, 3);
    let calls = 0;
    const sink = flows.onInternalError(() => {
      calls += 1;
      if (calls === 1) throw new Error('handler threw');
      return calls === 2 ? Promise.reject(new Error('handler rejected')) : undefined;
    });
    await flow.run();
    await sink.idle();
    expect(sink.handled).toBe(3);
    expect(warned).toMatchObject([
      [{ event: { resource: 'r1' } }, 'handler threw'],
      [{ event: { resource: 'r2' } }, 'handler rejected'],
    ]);
  });
});

describe('closing a handler', () => {
  test('it takes no further events, and those that wait are handled', async () => {
    const { flows, flow } = bench();
    troubled(flow, 3);
    const opened = gate();
    const sink = flows.onInternalError(() => opened.promise);
    await flow.run();
    const disposed = sink[Symbol.asyncDispose]();
    await flow.run();
    opened.open();
    await disposed;
    sink.close();
    expect([sink.handled, sink.discarded]).toEqual([3, 0]);
  });

  test('one that has nothing to do is idle', async () => {
    const sink = createFlows().onInternalError(nothing);
    await sink.idle();
    await sink[Symbol.asyncDispose]();
    expect(sink.handled).toBe(0);
  });
});

test.for([
  [5, undefined, 'not-a-function', 'the handler of internal errors is 5; give a function (event) => …'],
  [nothing, null, 'invalid-option', 'the options of a handler of internal errors are null; give an object, or leave them out'],
  [nothing, { stages: 'resource' }, 'invalid-option', "the stages of a handler of internal errors are 'resource'; give a list of callback, condition, late-step, listener, persist, predicate, recover, resource, signal, or leave them out for all"],
  [nothing, { stages: [] }, 'invalid-option', 'the stages of a handler of internal errors are a list without any; give a list of callback, condition, late-step, listener, persist, predicate, recover, resource, signal, or leave them out for all'],
  [nothing, { stages: ['resources'] }, 'invalid-option', "there is no stage 'resources' of internal errors; did you mean 'resource'?"],
  [nothing, { stages: [7] }, 'invalid-option', 'there is no stage 7 of internal errors; give one of callback, condition, late-step, listener, persist, predicate, recover, resource, signal'],
  [nothing, { capacity: 0 }, 'invalid-limit', 'the capacity of a handler of internal errors is 0; give a whole number from 1, or leave it out for 64'],
  [nothing, { concurrency: 1.5 }, 'invalid-limit', 'the concurrency of a handler of internal errors is 1.5; give a whole number from 1, or leave it out for 1'],
  [nothing, { discard: 'log' }, 'not-a-function', "the option 'discard' of a handler of internal errors is 'log'; give a function (event) => …"],
] as const)('what cannot be meant throws at once: %s %o', ([handler, options, code, message]) => {
  const add = (): unknown => createFlows().onInternalError(handler as () => void, options as object);
  expect(add).toThrow(InvalidOptionError);
  expect(add).toThrow(expect.objectContaining({ code, message }));
});
