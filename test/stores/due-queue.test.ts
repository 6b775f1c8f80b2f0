import { expect, test } from 'vitest';
import { DueQueue } from '../../src/stores/due-queue.ts';
import { MemoryRun } from '../../src/stores/memory-run.ts';

const count = 10_000;

function newRun(nth: number, owner: string | undefined, leaseUntil: number): MemoryRun {
  return new MemoryRun({ runId: `r${nth}`, flow: 'order', fingerprint: 'f', owner, leaseUntil, row: { seq: 1, at: 1, text: '[]' } }, nth);
}

interface Filled {
  readonly runs: readonly MemoryRun[];
  readonly queue: DueQueue;
  readonly first: (now: number, limit: number) => readonly string[];
  /** How many runs the last claim looked at. */
  readonly asked: () => number;
}

/** A queue of many runs that are due, each of which is changed then. */
function filled(change: (run: MemoryRun) => void = () => undefined): Filled {
  const queue = new DueQueue();
  const runs = Array.from({ length: count }, (_, nth) => newRun(nth, undefined, 0));
  for (const run of runs) {
    queue.update(run);
    change(run);
    queue.update(run);
  }
  let asked = 0;
  const first = (now: number, limit: number): readonly string[] => {
    asked = 0;
    return queue.first(now, limit, () => ((asked += 1), true)).map(({ runId }) => runId);
  };
  return { runs, queue, first, asked: () => asked };
}

test('a claim looks at no run that sleeps', () => {
  const { first, asked, runs, queue } = filled((run) => run.amend({ runId: run.runId, row: { seq: 2, at: 2, text: '[]' }, wakeAt: 1_000, release: true }));
  expect([first(999, 5), asked()]).toEqual([[], 0]);
  runs[7]!.post({ id: 'm', at: 500, text: '[]' });
  queue.update(runs[7]!);
  expect([first(999, 5), asked()]).toEqual([['r7'], 1]);
});

test('of many runs that become due at once, a claim looks at as many as it takes, and not at those that are at work', () => {
  const { runs, first, asked } = filled();
  for (let place = 0; place < count; place += 1_000) {
    expect([first(1, 1_000), asked()]).toEqual([runs.slice(place, place + 1_000).map(({ runId }) => runId), 1_000]);
    for (const run of runs.slice(place, place + 1_000)) run.claim({ owner: 'bert', now: 1, leaseUntil: 100 + run.number, limit: 1, text: () => '[]' }, '[]');
  }
  expect([first(99, 5), asked()]).toEqual([[], 0]);
  expect([first(200, 5), asked()]).toEqual([['r0', 'r1', 'r2', 'r3', 'r4'], 5]);
});

test('runs that were removed or have ended are not found', () => {
  const { runs, queue, first } = filled((run) => {
    if (run.number % 2 === 1 && run.number > 1) run.amend({ runId: run.runId, row: { seq: 2, at: 2, text: '[]' }, status: 'failed' });
  });
  for (const run of runs.slice(2)) if (run.number % 2 === 0) queue.remove(run);
  expect(first(1, 10)).toEqual(['r0', 'r1']);
});
