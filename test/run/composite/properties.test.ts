import fc from 'fast-check';
import type { Flows, Outcome, Run, RunEvent, StopOptions } from 'millrace';
import { settle, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { hands, pass, recorded } from '../bench.ts';
import { expectedOf, type Expected } from './outcomes.ts';
import { bodyPlan, make } from './random-bodies.ts';

const runs = Number(process.env['MILLRACE_GRAPHS'] ?? 300);
const seed = process.env['MILLRACE_SEED'] === undefined ? undefined : Number(process.env['MILLRACE_SEED']);
const parameters = { numRuns: runs, ...(seed === undefined ? {} : { seed }) };

/** Lets time pass until a run has ended. */
async function ended(run: Run, clock: VirtualClock): Promise<boolean> {
  let isOver = false;
  void run.done.finally(() => (isOver = true));
  for (let moved = true; moved && !isOver; ) {
    await settle();
    if (!isOver) moved = await clock.advanceToNext();
  }
  await settle();
  return isOver;
}

/** How steps ended, by path. */
function endsOf(events: readonly RunEvent[]): readonly Expected[] {
  return events.flatMap((event) => (event.type === 'step-ended' ? [shortOf(event.path, event.outcome)] : []));
}

function shortOf(path: string, outcome: Outcome): Expected {
  if (outcome.status !== 'failed') return [path, outcome.status as 'succeeded'];
  const code: unknown = 'code' in outcome.error ? outcome.error.code : undefined;
  return [path, 'failed', code === 'run-failed' || code === 'timeout' ? code : outcome.error.message];
}

const byPath = ([a]: Expected, [b]: Expected): number => (a < b ? -1 : Number(a > b));

/** Whether the limit of a registry is whole. */
async function freeSlots(flows: Flows, limit: number): Promise<number> {
  const { a, b, c, d } = hands('a', 'b', 'c', 'd');
  const flow = flows.registerFlow('probe');
  flow.process('p').parallel(a, b, c, d);
  const run = flow.start();
  await settle();
  const running = [a, b, c, d].reduce((sum, step) => sum + step.running, 0);
  for (const step of [a, b, c, d]) await pass(run, step);
  await run.done;
  return running - limit;
}

describe('composite steps, at random', () => {
  test('end as a plain interpreter says, whatever the limits and the pauses', async () => {
    const pauses = fc.array(fc.record({ forMs: fc.constantFrom(0, 1, 4), isProcess: fc.boolean() }), { maxLength: 2 });
    const property = fc.asyncProperty(bodyPlan(true), fc.constantFrom(undefined, 1, 2), pauses, async (plan, concurrency, breaks) => {
      const { clock, flow, flows } = make(plan, concurrency);
      const run = flow.start();
      const events = recorded(run);
      for (const { forMs, isProcess } of breaks) {
        const target = isProcess ? run.process('p') : run;
        target.pause();
        await clock.advance(forMs);
        target.resume();
        await clock.advance(1);
      }
      expect(await ended(run, clock)).toBe(true);
      expect(endsOf(events).toSorted(byPath)).toEqual(expectedOf(plan).toSorted(byPath));
      expect(clock.pending).toBe(0);
      if (concurrency !== undefined) expect(await freeSlots(flows, concurrency)).toBe(0);
    });
    await fc.assert(property, parameters);
  }, 120_000);

  const control = fc.record({
    at: fc.constantFrom(0, 0, 1, 3, 8, 25),
    what: fc.constantFrom('drain', 'abort', 'force', 'now', 'pause', 'resume', 'listen'),
    isProcess: fc.boolean(),
  });

  test('end once, start nothing after a stop, and give everything back, whatever happens', async () => {
    const onFailure = fc.constantFrom<('continue' | 'fail-fast')[]>('continue', 'continue', 'fail-fast');
    const options = fc.record({ onFailure, flowTimeout: fc.constantFrom(undefined, 5, 100) });
    const controls = fc.array(control, { maxLength: 4 });
    const property = fc.asyncProperty(bodyPlan(false), fc.constantFrom(1, 2), options, controls, async (plan, concurrency, given, told) => {
      const { clock, flow, flows, seen } = make(plan, concurrency);
      const run = flow.start(undefined, { ...given, grace: 10 });
      const events = recorded(run);
      for (const { at, what, isProcess } of told.toSorted((a, b) => a.at - b.at)) {
        await clock.advanceTo(Math.max(at, clock.now()));
        const target = isProcess ? run.process('p') : run;
        const stop: StopOptions = what === 'drain' ? { mode: 'drain' } : { mode: 'abort', force: what === 'force', ...(what === 'now' ? { grace: 0 } : {}) };
        if (what === 'listen') run.on('step-started', () => undefined);
        else if (what === 'pause') target.pause();
        else if (what === 'resume') target.resume();
        else target.stop(what, stop);
      }
      await clock.advance(1_000);
      run.stop('last', { mode: 'abort' });
      expect(await ended(run, clock)).toBe(true);
      await settle();
      check(events);
      expect([...seen.calls.values()].every((count) => count === 1)).toBe(true);
      while (await clock.advanceToNext());
      expect(await freeSlots(flows, concurrency)).toBe(0);
    });
    await fc.assert(property, parameters);
  }, 120_000);
});

/** What holds for the events of every run. */
function check(events: readonly RunEvent[]): void {
  const open = new Set<string>();
  const over = new Set<string>();
  let isStopping = false;
  for (const event of events) {
    if (event.type === 'run-stopping') isStopping = true;
    if (event.type === 'step-started') {
      expect([event.path, open.has(event.path), over.has(event.path), isStopping]).toEqual([event.path, false, false, false]);
      const parent = [...open].some((path) => isInside(event.path, path));
      expect([event.path, parent || event.path.split('/').length === 2]).toEqual([event.path, true]);
      open.add(event.path);
    }
    if (event.type === 'step-ended') {
      expect([event.path, over.has(event.path)]).toEqual([event.path, false]);
      const inside = [...open].filter((path) => isInside(path, event.path));
      expect([event.path, inside]).toEqual([event.path, []]);
      open.delete(event.path);
      over.add(event.path);
    }
    if (event.type === 'internal-error') expect(event.stage).toBe('late-step');
  }
  expect([...open]).toEqual([]);
}

/** Whether a step is in the body of another one. */
function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}/`) || path.startsWith(`${outer}#`);
}
