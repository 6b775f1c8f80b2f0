import type { FlowRecord, ProcessRecord, StepRecord } from 'millrace';
import { settle, virtualClock } from 'millrace/testing';
import { expect, test } from 'vitest';
import { lives, type Life } from './lives.ts';

type AnyRecord = FlowRecord | ProcessRecord | StepRecord;

/** Records everything into one list; what was inserted may be inserted no more. */
function recording(lines: string[]): (life: Life) => void {
  const hook = (word: string) => (record: AnyRecord) => {
    const at = 'path' in record ? record.path : 'process' in record ? record.process : record.flow;
    lines.push(`${word} ${at} ${record.status} ${record.startedAt}`);
  };
  const hooks = { insert: hook('insert'), update: hook('update') };
  return ({ flows }) => void flows.records({ flow: hooks, process: hooks, step: hooks });
}

// 1 → 2 (fails) → 3
test('SAVE-05: a recovery updates the records that there are, and inserts those that are missing', async () => {
  const lines: string[] = [];
  const { next } = lives(
    (life) => {
      recording(lines)(life);
      life.p.customStep(life.note('1'), '1').next(life.note('2', 1), '2').next(life.note('3'), '3');
    },
    { clock: (life) => virtualClock(life * 100) },
  );
  await next();
  expect(lines.splice(0)).toEqual([
    'insert f running 100', 'insert p running 100',
    'insert p/1 running 100', 'update p/1 succeeded 100',
    'insert p/2 running 100', 'update p/2 failed 100',
    'update p failed 100', 'update f failed 100',
  ]);
  await next();
  expect(lines).toEqual([
    'update p/2 succeeded 100',
    'insert p/3 running 200', 'update p/3 succeeded 200',
    'update p succeeded 100', 'update f succeeded 100',
  ]);
});

test('SAVE-05: a process that had ended keeps its record as it is', async () => {
  const lines: string[] = [];
  const { next } = lives((life) => {
    recording(lines)(life);
    life.p.customStep(life.note('1'), '1');
    life.flow.process('q').after(life.p).customStep(life.note('2', 1), '2');
  });
  await next();
  lines.length = 0;
  await next();
  expect(lines.map((line) => line.replace(/ \d+$/, ''))).toEqual(['update q/2 succeeded', 'update q succeeded', 'update f succeeded']);
});

test('SAVE-05: what a crash interrupted is updated and not inserted again', async () => {
  const lines: string[] = [];
  const { begin, next } = lives(
    (life) => {
      recording(lines)(life);
      life.p.beforeStep(() => void lines.push('before'));
      life.p.customStep(() => (life.number === 1 ? new Promise(() => undefined) : 1), '1').next(life.note('2'), '2');
    },
    { clock: (life) => virtualClock(life * 60_000) },
  );
  await begin();
  await settle();
  expect(lines.splice(0)).toEqual(['insert f running 60000', 'insert p running 60000', 'insert p/1 running 60000', 'before']);
  await next();
  expect(lines).toEqual([
    'before', 'update p/1 succeeded 60000', // nobody knows how far the callbacks before it came
    'insert p/2 running 120000', 'before', 'update p/2 succeeded 120000',
    'update p succeeded 60000', 'update f succeeded 60000',
  ]);
});
