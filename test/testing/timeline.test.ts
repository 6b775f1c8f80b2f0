import { expect, test } from 'vitest';
import { drawTimeline, orderMatchers } from '../../src/testing/index.ts';
import { cancelledBy, failedAt, recordedResult, succeededAt, type Recorded } from './recorded.ts';

expect.extend(orderMatchers);

test('steps stand in the order of their starts, then those that never started', () => {
  const result = recordedResult(
    {
      'p/ship': cancelledBy('p/build', 'no space left'),
      'p/lint': succeededAt(3, 5),
      'p/fetch': succeededAt(0, 1),
      'p/build': failedAt(2, 4, 'no space left'),
    },
    'failed',
  );
  expect(drawTimeline(result)).toBe(`run 'r-1' of flow 'release': failed
  p/fetch  ━━      succeeded
  p/build    ━━━   failed: no space left
  p/lint      ━━━  succeeded
  p/ship           cancelled ← p/build: failed: no space left`);
});

test('the bar of an abandoned step is open', () => {
  const result = recordedResult(
    { 'p/slow': { outcome: { status: 'stopped', reason: 'enough' }, at: [0, Infinity], why: 'stopped: enough' }, 'p/last': succeededAt(1, 2) },
    'stopped',
  );
  expect(drawTimeline(result)).toBe(`run 'r-1' of flow 'release': stopped
  p/slow  ━━▶  stopped: enough (abandoned)
  p/last   ━━  succeeded`);
});

test('a step that is abandoned as the last to start has a bar', () => {
  const result = recordedResult({ 'p/slow': { outcome: { status: 'stopped', reason: 'enough' }, at: [0, Infinity] } }, 'stopped');
  expect(drawTimeline(result)).toContain('  p/slow  ▶  stopped');
});

test('an error of several lines takes one', () => {
  const result = recordedResult({ 'p/a': failedAt(0, 1, 'expected 1\n\n  to be 2') }, 'failed');
  expect(drawTimeline(result)).toContain('\n  p/a  ━━  failed: expected 1 to be 2');
});

test('a run of which nothing started has no bars', () => {
  const result = recordedResult({ 'p/a': { outcome: { status: 'stopped', reason: 'enough' }, why: 'stopped: enough' } }, 'stopped');
  expect(drawTimeline(result)).toBe("run 'r-1' of flow 'release': stopped\n  p/a    stopped: enough");
  expect(drawTimeline(recordedResult({}))).toBe("run 'r-1' of flow 'release': succeeded");
});

/** Steps `p/s0`, `p/s1`, … one after another. */
function chain(steps: number): Record<string, Recorded> {
  return Object.fromEntries(Array.from({ length: steps }, (_, index) => [`p/s${index}`, succeededAt(2 * index, 2 * index + 1)]));
}

test('a long run is drawn to scale', () => {
  const lines = drawTimeline(recordedResult(chain(400))).split('\n');
  expect(lines).toHaveLength(401);
  expect(Math.max(...lines.map((line) => line.length))).toBe('  p/s399'.length + 2 + 60 + 2 + 'succeeded'.length);
  expect(lines[1]).toMatch(/^ {2}p\/s0 {4}━ +succeeded$/);
  expect(lines[400]).toMatch(/^ {2}p\/s399 {2} {59}━ {2}succeeded$/);
});

test('a message on a large run draws the steps that it is about', () => {
  const result = recordedResult(chain(400));
  expect(() => expect(result).toHaveRunBefore('p/s200', 'p/s100')).toThrow(
    /but 'p\/s100' ended before 'p\/s200' started\n\nrun .*\n {2}p\/s100 .*\n {2}p\/s200 .*\n {2}… and 398 more steps; drawTimeline\(result\) draws all\n$/,
  );
});
