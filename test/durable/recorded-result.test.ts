import type { FlowResult, Run, RunOptions } from 'millrace';
import { virtualClock } from 'millrace/testing';
import { expect, test } from 'vitest';
import { lives, type Life } from './lives.ts';

const stopAtFirst = (stop: (run: Run) => void) => (run: Run): void => {
  let isStopped = false;
  run.on('step-started', () => {
    if (!isStopped) stop(run);
    isStopped = true;
  });
};

const untilAborted = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

/*
 * 1 ─> 2 (fails) ─> 3
 * └──> 4 (until it is aborted, or at once) ─> 5
 */
function define({ flow, p, note, number }: Life, isLong: boolean): void {
  const one = p.customStep(note('1'), '1');
  p.customStep(note('2', 1), '2', one).next(note('3'), '3');
  p.customStep((s) => (isLong && number === 1 ? untilAborted(s) : undefined), '4', one).next(note('5'), '5');
  flow.process('q').customStep(note('6'), '6');
  flow.process('z').after(p).customStep(note('7'), '7');
}

/** What two results of one run have in common, whoever made them. */
const shape = (result: FlowResult | undefined): unknown => ({
  status: result?.status,
  steps: [...(result?.steps ?? [])],
  errors: result?.errors,
  reason: result?.reason,
  abandoned: result?.abandoned,
  timeline: result?.timeline,
  times: [result?.startedAt, result?.endedAt],
  processes: ['p', 'q', 'z'].map((name) => [result?.process(name).status, result?.process(name).reason]),
});

const cases: readonly (readonly [name: string, options: RunOptions, isLong: boolean, meanwhile?: (run: Run) => void])[] = [
  ['a failure', {}, false],
  ['fail-fast', { onFailure: 'fail-fast' }, true],
  ['fail-fast with a limit', { onFailure: 'fail-fast', concurrency: 1 }, false],
  ['tiers', { schedule: 'tiers' }, false],
  ['tiers that fail fast', { schedule: 'tiers', onFailure: 'fail-fast' }, true],
  ['a drain', {}, false, stopAtFirst((run) => run.stop('enough'))],
  ['an abort', {}, true, stopAtFirst((run) => run.stop(new Error('enough'), { mode: 'abort' }))],
  ['an abort by force', {}, true, stopAtFirst((run) => run.stop('enough', { mode: 'abort', force: true }))],
  ['a process that is stopped', {}, false, stopAtFirst((run) => run.process('p').stop('enough'))],
];

test.for(cases)('the result that is read from the store is the one that the run had: %s', async ([, options, isLong, meanwhile]) => {
  const { registry } = lives((life) => define(life, isLong), { clock: () => virtualClock(1000) });
  const { flow, flows } = registry();
  const run = flow.start({}, { ...options, runId: 'r' });
  meanwhile?.(run);
  const result = await run.done;
  await flows.idle();
  expect(result.status).not.toBe('succeeded');
  expect(shape(await registry().flows.result('r'))).toEqual(shape(result));
  const recovered = await (await registry().flows.resume('r')).done;
  expect([...recovered.steps.values()].map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'succeeded'));
});
