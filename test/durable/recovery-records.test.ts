import type { FlowRecord, ProcessRecord, StepRecord } from 'millrace';
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
  let now = 100;
  const clock = { now: () => now, monotonic: () => now, setTimer: () => () => undefined, yield: (turn: () => void) => void setImmediate(turn) };
  const { next } = lives(
    (life) => {
      recording(lines)(life);
      life.p.customStep(life.note('1'), '1').next(life.note('2', 1), '2').next(life.note('3'), '3');
    },
    { clock },
  );
  await next();
  expect(lines.splice(0)).toEqual([
    'insert f running 100', 'insert p running 100',
    'insert p/1 running 100', 'update p/1 succeeded 100',
    'insert p/2 running 100', 'update p/2 failed 100',
    'update p failed 100', 'update f failed 100',
  ]);
  now = 900;
  await next();
  expect(lines).toEqual([
    'update p/2 succeeded 100',
    'insert p/3 running 900', 'update p/3 succeeded 900',
    'update p succeeded 100', 'update f succeeded 100',
  ]);
});
