// A step that fails is tried again, with growing pauses; each attempt has its own time. The clock is a virtual one, so the
// minute of this example passes in no time and the output is always the same.
//
//     connect (fails twice) ──→ download (hangs once) ──→ check (busy, says when to come back)
import { setTimeout } from 'node:timers/promises';
import { createFlows, NonRetriableError, RetryAfterError } from 'millrace';
import { virtualClock } from 'millrace/testing';

const mirror = createFlows().registerFlow('mirror');
const sync = mirror.process('sync').stepRetry({ retries: 3, delay: '1s' }); // 1 s, 2 s, 4 s

const connect = sync.customStep((s) => {
  if (s.attempt < 3) throw new Error('connection refused');
  return 'connected';
}, 'connect');

const download = sync
  .customStep(async (s) => (s.attempt === 1 ? setTimeout(3_600_000, '', { signal: s.signal }) : '40 files'), 'download', connect)
  .stepTimeout('30s');

const check = sync.customStep(
  (s) => {
    if (s.attempt === 1) throw new RetryAfterError('busy', 5_000);
    return 'all right';
  },
  'check',
  download,
);

// `0` overrides the process. A NonRetriableError ends the attempts anyway.
sync.customStep(() => Promise.reject(new Error('no such user')), 'audit').stepRetry(0);
sync.customStep(() => Promise.reject(new NonRetriableError('the disk is full')), 'archive', check);

const clock = virtualClock();
const run = mirror.start(undefined, { clock });
run.on('step-retrying', ({ at, step, attempt, error, retryAt }) => {
  console.log(`${at} ms: ${step}, attempt ${attempt}: ${error.message}; next at ${retryAt} ms`);
});
run.on('step-ended', ({ at, step, outcome, attempts }) => console.log(`${at} ms: ${step} ${outcome.status}, attempts: ${attempts}`));
await clock.advance('1m');
const result = await run.done;
console.log(`${result.status} after ${(result.endedAt - result.startedAt) / 1000} s, ${result.value(check)}`);
for (const { path, error } of result.errors) console.log(`${path}: ${error.message}`);

// Output:
// 0 ms: connect, attempt 1: connection refused; next at 1000 ms
// 0 ms: audit failed, attempts: 1
// 1000 ms: connect, attempt 2: connection refused; next at 3000 ms
// 3000 ms: connect succeeded, attempts: 3
// 33000 ms: download, attempt 1: step 'sync/download' took longer than 30000 ms; give it more time, or make it end when its signal aborts; next at 34000 ms
// 34000 ms: download succeeded, attempts: 2
// 34000 ms: check, attempt 1: busy; next at 39000 ms
// 39000 ms: check succeeded, attempts: 2
// 39000 ms: archive failed, attempts: 1
// failed after 39 s, all right
// sync/audit: no such user
// sync/archive: the disk is full
