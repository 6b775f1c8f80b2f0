import type { FlowRecord, InternalError, ProcessRecord, StepRecord } from 'millrace';
import { settle } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands, throwing } from './bench.ts';
import { by, kinds, logBench, must, type LogBench } from './callback-log.ts';

const broken = new Error('broken');
type AnyRecord = FlowRecord | ProcessRecord | StepRecord;

interface Recorded extends LogBench {
  readonly records: [hook: 'insert' | 'update', record: AnyRecord][];
}

/** A bench whose registry records everything. */
function recording(): Recorded {
  const made = logBench();
  const records: Recorded['records'] = [];
  const hooks = {
    insert: (record: AnyRecord) => void records.push(['insert', record]),
    update: (record: AnyRecord) => void records.push(['update', record]),
  };
  made.flows.records({ flow: hooks, process: hooks, step: hooks });
  return { ...made, records };
}

const words = (records: Recorded['records']): readonly string[] =>
  records.map(([hook, record]) => `${hook} ${'path' in record ? record.path : 'process' in record ? record.process : record.flow} ${record.status}`);

describe('execution records', () => {
  // 1 → 2 → 3 → 4
  test('SAVE-01 of a flow that went well: each is inserted as running and updated as succeeded, with names and times', async () => {
    const { clock, flow, p, records } = recording();
    const { a } = hands('a');
    p.customStep(a.run, 'a').next(() => 1, 'b').next(() => 1, 'c').next(() => 1, 'd');
    const startedAt = clock.now();
    const run = flow.start();
    const call = await a.started(run.done);
    await clock.advance(1000);
    call.succeed(1);
    await run.done;
    expect(words(records)).toEqual([
      'insert f running', 'insert p running',
      ...['a', 'b', 'c', 'd'].flatMap((name) => [`insert p/${name} running`, `update p/${name} succeeded`]),
      'update p succeeded', 'update f succeeded',
    ]);
    expect(records[0]?.[1]).toEqual({ runId: 'r-1', flow: 'f', status: 'running', startedAt, endedAt: undefined });
    expect(records[1]?.[1]).toEqual({ runId: 'r-1', flow: 'f', process: 'p', status: 'running', startedAt, endedAt: undefined });
    expect(records[3]?.[1]).toEqual({
      runId: 'r-1', flow: 'f', process: 'p', path: 'p/a', step: 'a', status: 'succeeded', startedAt, endedAt: startedAt + 1000, error: undefined,
    });
    expect(records.at(-1)?.[1]).toEqual({ runId: 'r-1', flow: 'f', status: 'succeeded', startedAt, endedAt: startedAt + 1000 });
  });

  test.for<[string, unknown, string]>([['SAVE-02 an error', broken, 'broken'], ['SAVE-03 what is no error', 'panic', "the string 'panic' was thrown"]])(
    '%s of a step: step, process and flow have failed',
    async ([, thrown, message]) => {
      const { flow, p, records } = recording();
      p.customStep(throwing(thrown), 'a').next(() => 1, 'cancelled');
      await flow.run();
      expect(words(records)).toEqual(['insert f running', 'insert p running', 'insert p/a running', 'update p/a failed', 'update p failed', 'update f failed']);
      expect((records[3]?.[1] as StepRecord).error?.message).toContain(message);
    },
  );

  test('SAVE-04 a timeout of a step: step, process and flow have failed', async () => {
    const { clock, flow, p, records } = recording();
    p.customStep((s) => new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error))), 'a').stepTimeout(10);
    const run = flow.start();
    await settle();
    await clock.advance(10);
    await run.done;
    expect(words(records).slice(-3)).toEqual(['update p/a failed', 'update p failed', 'update f failed']);
    expect((records.at(-3)?.[1] as StepRecord).error).toMatchObject({ code: 'timeout' });
  });

  test.for<[string, (typeof kinds)[number] | undefined, readonly string[]]>([
    ['SAVE-06', 'beforeFlow', ['f failed']],
    ['SAVE-07', 'beforeProcess', ['p failed', 'f failed']],
    ['SAVE-08', 'beforeStep', ['p/a failed', 'p failed', 'f failed']],
    ['SAVE-09', undefined, ['p/a succeeded', 'p succeeded', 'f succeeded']],
    ['SAVE-10', 'afterStep', ['p/a failed', 'p failed', 'f failed']],
    ['SAVE-11', 'afterProcess', ['p/a succeeded', 'p failed', 'f failed']],
    ['SAVE-12', 'afterFlow', ['p/a succeeded', 'p succeeded', 'f failed']],
  ])('%s a must callback that fails at %s', async ([, kind, updates]) => {
    const { flow, p, records, note } = recording();
    p.customStep(() => 1, 'a');
    if (kind !== undefined) flow[kind](note('fails', broken), must);
    await flow.run();
    const units = updates.map((word) => word.split(' ')[0] ?? '').reverse();
    expect(words(records)).toEqual([...units.map((unit) => `insert ${unit} running`), ...updates.map((word) => `update ${word}`)]);
    if (kind?.endsWith('Step') === true) expect((records[3]?.[1] as StepRecord).error).toMatchObject({ code: 'callback', cause: broken });
  });

  test('SAVE-13 inserts come before the callbacks before, updates after the callbacks after', async () => {
    const { flow, p, records, log, note } = recording();
    p.customStep(note('body'), 'a');
    for (const kind of kinds) flow[kind](() => void log.push(`${kind} behind ${words(records).at(-1) ?? ''}`));
    await flow.run();
    expect(log).toEqual([
      'beforeFlow behind insert f running', 'beforeProcess behind insert p running', 'beforeStep behind insert p/a running', 'body',
      'afterStep behind insert p/a running', 'afterProcess behind update p/a succeeded', 'afterFlow behind update p succeeded',
    ]);
    expect(words(records).slice(-3)).toEqual(['update p/a succeeded', 'update p succeeded', 'update f succeeded']);
  });

  test('processes that do not begin and steps that are never at work have none', async () => {
    const { flow, p, records } = recording();
    p.customStep(throwing(broken), 'a').next(() => 1, 'b');
    flow.process('q').after(p).customStep(() => 1, 'c');
    await flow.run();
    expect(words(records).filter((word) => word.startsWith('insert'))).toEqual(['insert f running', 'insert p running', 'insert p/a running']);
  });

  test('a step that is retried has one record', async () => {
    const { flow, p, records } = recording();
    p.customStep((s) => {
      if (s.attempt < 3) throw broken;
    }, 'a').stepRetry(3);
    await flow.run();
    expect(words(records).filter((word) => word.includes('p/a'))).toEqual(['insert p/a running', 'update p/a succeeded']);
  });

  test('a step that is stopped while it waits for a retry has its record updated', async () => {
    const { flow, p, records } = recording();
    p.customStep(throwing(broken), 'a').stepRetry({ retries: 3, delay: '1h' });
    const run = flow.start();
    await settle();
    run.stop('enough');
    expect((await run.done).outcome('a')).toEqual({ status: 'stopped', reason: 'enough' });
    expect(words(records).slice(-3)).toEqual(['update p/a stopped', 'update p stopped', 'update f stopped']);
  });

  test('a process that is stopped while beforeProcess runs has its record updated', async () => {
    const { clock, flow, p, records } = recording();
    const { before } = hands('before');
    p.beforeProcess(by(before)).customStep(() => 1, 'a');
    const run = flow.start();
    await before.started(run.done);
    run.stop('enough', { mode: 'abort', grace: '1s' });
    await clock.advance('1s');
    await run.done;
    expect(words(records).slice(-2)).toEqual(['update p stopped', 'update f stopped']);
  });

  test('hooks are waited for: before the callbacks and the work, and before what comes after', async () => {
    const { flows, flow, p, log, note } = logBench();
    const { insert, update } = hands('insert', 'update');
    flows.records({ step: { insert: by(insert), update: by(update) } });
    p.customStep(note('a'), 'a').beforeStep(note('before')).next(note('b'), 'b');
    const run = flow.start();
    await insert.started(run.done);
    expect(log).toEqual([]);
    insert.calls[0]?.succeed();
    await update.started(run.done);
    expect(log).toEqual(['before', 'a']);
    update.calls[0]?.succeed();
    (await insert.started(run.done)).succeed();
    (await update.started(run.done)).succeed();
    expect((await run.done).status).toBe('succeeded');
    expect(log).toEqual(['before', 'a', 'b']);
  });

  test('some kinds and hooks alone', async () => {
    const { flows, flow, p, log } = logBench();
    flows.records({ process: { update: (record) => void log.push(`${record.process} ${record.status}`) } });
    p.customStep(() => 1, 'a');
    await flow.run();
    expect(log).toEqual(['p succeeded']);
  });

  test('they may be set and ended between runs, also of frozen flows', async () => {
    const { flows, flow, p, log } = logBench();
    p.customStep(() => 1, 'a');
    await flow.run();
    flows.records({ flow: { insert: (record) => void log.push(record.runId) } });
    await flow.run();
    flows.records(undefined);
    await flow.run();
    expect(log).toEqual(['r-2']);
  });

  test('several runs at once have records of their own', async () => {
    const { flow, p, records } = recording();
    p.customStep(async () => 1, 'a');
    await Promise.all([flow.run(), flow.run(), flow.run()]);
    for (const runId of ['r-1', 'r-2', 'r-3']) expect(records.filter(([, record]) => record.runId === runId)).toHaveLength(6);
  });
});

describe('hooks that fail', () => {
  const fails = { error: throwing(broken), rejection: async () => Promise.reject(broken) } as const;
  test.for((['flow', 'process', 'step'] as const).flatMap((kind) => (['insert', 'update'] as const).flatMap((hook) => (['error', 'rejection'] as const).map((way) => [kind, hook, way] as const))))(
    'EVT-29..40 of kind %s, %s, with an %s: an event of stage persist, and the run goes on',
    async ([kind, hook, way]) => {
      const { flows, flow, p, log, note } = logBench();
      flows.records({ [kind]: { [hook]: fails[way] } });
      p.customStep(note('body'), 'a');
      flow.afterFlow(note('after'));
      const run = flow.start();
      const events: InternalError[] = [];
      run.on('internal-error', (event) => void events.push(event));
      const result = await run.done;
      expect([result.status, log]).toEqual(['succeeded', ['body', 'after']]);
      expect(events).toEqual([
        {
          type: 'internal-error',
          runId: 'r-1',
          flow: 'f',
          at: expect.any(Number) as unknown,
          stage: 'persist',
          error: broken,
          path: { flow: 'f', process: 'p', step: 'p/a' }[kind],
          callback: undefined,
        },
      ]);
    },
  );

  test('what was not inserted, because the hook failed, is updated all the same', async () => {
    const { flows, flow, p, log } = logBench();
    flows.records({ step: { insert: throwing(broken), update: (record) => void log.push(record.status) } });
    p.customStep(() => 1, 'a');
    await flow.run();
    expect(log).toEqual(['succeeded']);
  });

  test('a string and a thenable that rejects are wrapped', async () => {
    const { flows, flow, p } = logBench();
    const rejecting = { then: (_: unknown, reject: (error: unknown) => void) => void reject('no') };
    flows.records({ step: { insert: throwing('no'), update: () => rejecting } });
    p.customStep(() => 1, 'a');
    const run = flow.start();
    const errors: string[] = [];
    run.on('internal-error', ({ error }) => void errors.push(error.message.slice(0, 26)));
    await run.done;
    expect(errors).toEqual(["the string 'no' was thrown", "the string 'no' was thrown"]);
  });
});
