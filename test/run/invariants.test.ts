import fc from 'fast-check';
import type { FlowResult, Outcome, Run, RunEvent } from 'millrace';
import { settle } from 'millrace/testing';
import { expect, test } from 'vitest';
import { recorded } from './bench.ts';
import { type Entry, type Planned, planned, type RunPlan, runPlan, stopOptions } from './random-runs.ts';

const seed = Number(process.env['MILLRACE_SEED'] ?? 1);

/** One run of a random flow, and all that was seen of it. */
interface Seen {
  readonly run: Run;
  readonly events: readonly RunEvent[];
  readonly result: FlowResult;
  readonly log: readonly Entry[];
  /** Whether a stop was forced: then records may be cut short, or tell of an end that did not count any more. */
  readonly isCut: boolean;
}

const final = new Set(['succeeded', 'failed', 'skipped', 'cancelled', 'stopped']);

function applyControl(run: Run, { what, process }: RunPlan['controls'][number], plan: RunPlan, log: Entry[]): void {
  if (final.has(run.status)) return;
  const whole = process === undefined || process >= plan.processes.length;
  const control = whole ? run : run.process(`p${process}`);
  const note = (word: Entry['what']): void => void log.push({ runId: run.id, what: word, unit: whole ? '' : `p${process}`, detail: what });
  if (what === 'pause') {
    control.pause();
    if (control.status === 'paused') note('paused');
  } else if (what === 'resume') {
    note('unpaused');
    control.resume();
  } else {
    control.stop('enough', stopOptions[what]);
  }
}

/** Runs the flow twice at once, with the pauses and stops of the plan; both are resumed in the end. */
async function drive(plan: RunPlan, made: Planned): Promise<readonly [Seen, Seen]> {
  const { clock, flow, log } = made;
  const runs = [flow.start(undefined, plan.options), flow.start(undefined, plan.options)] as const;
  const events = runs.map(recorded);
  for (const run of runs) run.on('run-stopping', ({ runId, process = '', mode }) => void log.push({ runId, what: 'stopped', unit: process, detail: mode }));
  const results = runs.map((run) => run.done.then((result) => (log.push({ runId: run.id, what: 'done', unit: '', detail: result.status }), result)));
  const early: string[] = [];
  made.onRelease = (runId, process) => {
    const run = runs.find(({ id }) => id === runId);
    plan.processes[Number(process.slice(1))]?.steps.forEach((_, at) => {
      const { status } = run?.outcome(`${process}/s${at}`) ?? {};
      if (!final.has(status ?? '')) early.push(`${runId} releases of ${process} while s${at} is ${status}`);
    });
  };
  for (let time = 0; time <= 12; time += 1) {
    for (const control of plan.controls) if (control.at === time) applyControl(runs[control.run], control, plan, log);
    await clock.advance(1);
  }
  for (const run of runs) for (const process of [undefined, 0, 1, 2]) applyControl(run, { at: 0, run: 0, what: 'resume', process }, plan, log);
  for (let turn = 0; turn < 500 && log.filter(({ what }) => what === 'done').length < 2; turn += 1) await clock.advanceToNext();
  expect(log.filter(({ what }) => what === 'done'), 'runs that ended').toHaveLength(2);
  const ended = await Promise.all(results);
  await clock.advance(100); // what was given up has ended by then, and timers of the runs are gone
  expect(early).toEqual([]);
  expect(clock.pending).toBe(0);
  const seen = (at: 0 | 1): Seen => {
    const result = ended[at] as FlowResult;
    const isCut = plan.controls.some(({ what, run }) => what === 'force' && run === at);
    return { run: runs[at], events: events[at] as RunEvent[], result, log: log.filter(({ runId }) => runId === result.runId), isCut };
  };
  return [seen(0), seen(1)];
}

function of(log: readonly Entry[], what: Entry['what'], unit?: string): readonly Entry[] {
  return log.filter((entry) => entry.what === what && (unit === undefined || entry.unit === unit));
}

/** Causes may still be added while a run goes on. */
function withoutCauses(outcome: Outcome | undefined): unknown {
  if (outcome?.status === 'cancelled') return outcome.status;
  return outcome?.status === 'skipped' ? outcome.reason.kind : outcome;
}

/** Every step has one outcome, and events, records, conditions and callbacks agree with it. */
function checkSteps({ result, events, log, isCut }: Seen): void {
  for (const [path, outcome] of result.steps) {
    expect(final, path).toContain(outcome.status);
    const about = events.filter((event) => 'path' in event && event.path === path);
    const starts = about.flatMap((event) => (event.type === 'step-started' ? [event.attempt] : []));
    const [end, ...more] = about.flatMap((event) => (event.type === 'step-ended' ? [event] : []));
    expect(more, `ends of ${path}`).toEqual([]);
    expect(withoutCauses(end?.outcome), `outcome of ${path}`).toEqual(withoutCauses(outcome));
    expect(starts).toEqual(starts.map((_, at) => at + 1));
    expect(end?.attempts, `attempts of ${path}`).toBe(starts.length);
    const own = log.filter(({ unit }) => unit === path);
    const bodies = of(own, 'body');
    expect(bodies.map(({ detail }) => Number(detail)), `bodies of ${path}`).toEqual(starts);
    const asked = of(own, 'ask');
    expect(asked.length).toBeLessThanOrEqual(1);
    const isSkipped = outcome.status === 'skipped' && outcome.reason.kind === 'condition';
    expect(asked.length === 1 && asked[0]?.detail !== 'yes', `condition of ${path}`).toBe(isSkipped);
    const wasAtWork = of(own, 'insert').length;
    expect(wasAtWork).toBeLessThanOrEqual(1);
    if (wasAtWork === 0) expect(own.filter(({ what }) => what !== 'ask'), `${path} was never at work`).toEqual([]);
    if (wasAtWork === 0) expect(['skipped', 'cancelled', 'stopped']).toContain(outcome.status);
    else expect(['succeeded', 'failed', 'stopped'], path).toContain(outcome.status);
    const updates = of(own, 'update');
    if (isCut) expect(updates.length).toBeLessThanOrEqual(wasAtWork);
    else expect(updates.map(({ detail }) => detail), `updates of ${path}`).toEqual(wasAtWork === 1 ? [outcome.status] : []);
    const order = own.flatMap(({ what, detail }) => (what === 'callback' ? [detail.startsWith('before') ? 1 : 3] : what === 'insert' ? [0] : what === 'body' ? [2] : what === 'update' ? [4] : []));
    expect(order, `order of ${path}`).toEqual(order.toSorted((a, b) => a - b));
  }
  const callbacks = of(log, 'callback').map(({ unit, detail }) => `${unit} ${detail}`);
  expect(callbacks).toEqual([...new Set(callbacks)]);
}

/** The units end once, inside one another, and nothing comes after the end of the run. */
function checkRun({ run, result, events, log }: Seen, plan: RunPlan): void {
  expect(events.map(({ type }) => type).filter((type) => type === 'run-started' || type === 'run-ended')).toEqual(['run-started', 'run-ended']);
  expect(events.at(-1)).toMatchObject({ type: 'run-ended', status: result.status, at: result.endedAt });
  expect(run.status).toBe(result.status);
  expect(result.steps.size).toBe(plan.processes.reduce((sum, { steps }) => sum + steps.length, 0));
  for (const at of plan.processes.keys()) {
    const ends = events.flatMap((event) => (event.type === 'process-ended' && event.process === `p${at}` ? [event.status] : []));
    expect(ends, `ends of p${at}`).toEqual([result.process(`p${at}`).status]);
  }
  const isAfter = (later: readonly Entry[], earlier: readonly Entry[], what: string): void => {
    const last = earlier.at(-1);
    for (const entry of later) expect(last === undefined ? -1 : log.indexOf(last), what).toBeLessThan(log.indexOf(entry));
  };
  const done = of(log, 'done');
  const callbacks = of(log, 'callback');
  isAfter(done, callbacks, 'callbacks before the end');
  const wentOn = events.some((event) => event.type === 'internal-error' && event.error.message.startsWith('what releases or initializes a resource'));
  if (!wentOn) isAfter(done, of(log, 'release'), 'releases before the end'); // an abort waits no longer than its grace
  for (const { detail, unit } of of(log, 'initialized')) {
    const releases = of(log, 'release', unit).filter((release) => release.detail === detail);
    expect(releases, `releases of ${detail}`).toHaveLength(1);
    isAfter(releases, callbacks.filter((callback) => callback.unit === unit || callback.unit.startsWith(`${unit}/`)), 'callbacks before releases');
  }
  expect(of(log, 'release')).toHaveLength(of(log, 'initialized').length);
  const running = new Map<string, number>();
  for (const { what, unit } of log.slice(0, log.findIndex((entry) => entry.what === 'done'))) {
    if (what === 'body') running.set(unit, (running.get(unit) ?? 0) + 1);
    if (what === 'body ends') running.set(unit, (running.get(unit) ?? 0) - 1);
  }
  for (const [path, count] of running) if (count > 0) expect(result.abandoned, `${path} was at work at the end`).toContain(path);
}

/** No step is taken while its run or process is paused, and after a stop none but always steps. */
function checkControls({ log, run }: Seen, plan: RunPlan): void {
  const paused = new Set<string>();
  const stopped = new Set<string>();
  for (const { what, unit } of log) {
    if (what === 'paused') paused.add(unit);
    if (what === 'unpaused') paused.delete(unit);
    if (what === 'stopped') stopped.add(unit);
    if (what === 'stopped') for (const other of [...paused]) if (unit === '' || other === unit) paused.delete(other);
    if (what !== 'insert') continue;
    const [process = '', step = ''] = unit.split('/');
    expect(paused.has('') || paused.has(process), `${unit} of ${run.id} is taken during a pause`).toBe(false);
    if (stopped.has('') || stopped.has(process)) expect(plan.processes[Number(process.slice(1))]?.steps[Number(step.slice(1))]?.always, `${unit} is taken after a stop`).toBe(true);
  }
}

/** Attempts at work, by what they count for. */
function checkLimits(all: readonly Seen[], plan: RunPlan): void {
  for (const { events } of all) {
    const atWork = new Map<string, string>();
    for (const event of events) {
      if (event.type === 'step-retrying' || event.type === 'step-ended') atWork.delete(event.path);
      if (event.type !== 'step-started') continue;
      atWork.set(event.path, event.process);
      expect(atWork.size).toBeLessThanOrEqual(Math.min(plan.limits.flow ?? Infinity, plan.limits.registry ?? Infinity, plan.options.concurrency ?? Infinity));
      const { limit } = plan.processes[Number(event.process.slice(1))] ?? {};
      expect([...atWork.values()].filter((process) => process === event.process).length).toBeLessThanOrEqual(limit ?? Infinity);
    }
  }
}

/** All slots of the registry are free: as many steps as it has are at work at once, and all of them run. */
async function checkSlots({ flows }: Planned, { limits: { registry = 3 } }: RunPlan): Promise<void> {
  const other = flows.records(undefined).registerFlow('other').disableDefaults();
  let working = 0;
  let most = 0;
  const step = async (): Promise<void> => {
    most = Math.max(most, (working += 1));
    await settle();
    working -= 1;
  };
  other.process('p').parallel({ a: step, b: step, c: step, d: step }).steps.d.after('a', 'b', 'c');
  expect((await other.run()).status).toBe('succeeded');
  expect(most).toBe(registry);
}

test('whatever a flow has and whatever is done to its runs, they end, and all accounts are settled', { timeout: 300_000 }, async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  try {
    await fc.assert(
      fc.asyncProperty(runPlan, async (plan) => {
        const made = planned(plan);
        const all = await drive(plan, made);
        for (const seen of all) {
          checkRun(seen, plan);
          checkSteps(seen);
          checkControls(seen, plan);
        }
        checkLimits(all, plan);
        await checkSlots(made, plan);
        expect(unhandled.splice(0)).toEqual([]);
      }),
      { numRuns: Number(process.env['MILLRACE_RUNS'] ?? 300), seed },
    );
  } finally {
    process.off('unhandledRejection', hear);
  }
});
