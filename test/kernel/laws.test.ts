import { createFlows, failed, RunError, silentLogger, StalledError, type Flow, type Process, type RunEvent } from 'millrace';
import { handStep, settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { OPEN_EDGE } from '../../src/graph/edges.ts';
import { FlowSpec } from '../../src/define/spec.ts';
import { FlowRun } from '../../src/run/flow-run.ts';
import { runSettings } from '../../src/run/options.ts';
import { CompositeComposer } from '../../src/run/composite/compose.ts';
import { Plan } from '../../src/run/plan.ts';
import { Sinks } from '../../src/run/sinks.ts';
import { Turns } from '../../src/run/turns.ts';
import { compiledOf } from './build.ts';

interface Bench {
  readonly clock: VirtualClock;
  readonly flow: Flow;
  readonly p: Process<undefined>;
}

function bench(): Bench {
  const clock = virtualClock();
  const flow = createFlows({ clock, ids: () => 'r-1' }).registerFlow('f');
  return { clock, flow, p: flow.process('p') };
}

const fine = (): void => undefined;
const wrong = (): never => {
  throw new Error('card declined');
};

//   a ── b ── c        slow
test('K1 a step starts as soon as its timings allow: a fast chain ends while a slow sibling is at work', async () => {
  const { flow, p } = bench();
  const slow = handStep('slow');
  p.follow(slow);
  p.customStep(fine, 'a').next(async () => undefined, 'b').next(fine, 'c');
  const run = flow.start();
  const call = await slow.started(run.done);
  await settle();
  expect(run.outcome('c').status).toBe('succeeded');
  expect(run.outcome('slow').status).toBe('running');
  call.succeed();
  expect((await run.done).status).toBe('succeeded');
});

describe('K2 determinism', () => {
  async function eventsOf(): Promise<readonly RunEvent[]> {
    const { clock, flow, p } = bench();
    let calls = 0;
    const events: RunEvent[] = [];
    const charge = p.customStep(() => ((calls += 1) < 3 ? wrong() : calls), 'charge').stepRetry({ retries: 3, delay: '1s' });
    p.customStep(fine, 'refund', failed(charge));
    p.customStep(async () => undefined, 'ship', charge);
    p.customStep(async (s) => s.signal.aborted, 'pack').stepTimeout('2s');
    const run = flow.start();
    run.on('*', (event) => events.push(event));
    await clock.advance('10s');
    await run.done;
    return events;
  }

  test('K2 the same definition, input, outcomes and clock give the same events', async () => {
    const events = await eventsOf();
    expect(events).toHaveLength(14);
    expect(await eventsOf()).toEqual(events);
  });

  //   x ─┬─ group ── first        second waits for y alone
  //   y ─┘
  test('K2 what becomes ready at once starts in (tier, declaration) order, through groups and without', async () => {
    const { flow, p } = bench();
    const group = p.parallel({ x: fine, y: fine });
    p.customStep(fine, 'first', group);
    p.customStep(fine, 'second', group.steps.y);
    const { timeline } = await flow.run();
    expect(timeline.map(({ path }) => path)).toEqual(['p/x', 'p/y', 'p/first', 'p/second']);
  });

  test('K2 retries that come due at once start in (tier, declaration) order', async () => {
    const { clock, flow, p } = bench();
    const [a, b] = [handStep('a'), handStep('b')];
    const attempts: string[] = [];
    for (const step of [a, b]) p.customStep(step.run, step.name).stepRetry({ retries: 1, delay: 10 });
    const run = flow.start();
    run.on('step-started', ({ step, attempt }) => attempts.push(`${step} ${attempt}`));
    const [inA, inB] = [await a.started(run.done), await b.started(run.done)];
    inB.fail(new Error('busy'));
    await settle();
    inA.fail(new Error('busy'));
    await clock.advance(10);
    expect(attempts).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
    for (const step of [a, b]) (await step.started(run.done)).succeed();
    expect((await run.done).status).toBe('succeeded');
  });
});

// That every node ends and no run hangs is a property: see compare.test.ts.
test('K3 a run that cannot go on ends with a StalledError that names who waits for whom', async () => {
  const compiled = compiledOf({
    statements: [
      { do: 'process', process: 'p' },
      { do: 'step', process: 'p', step: 'a', timings: [] },
      { do: 'step', process: 'p', step: 'b', timings: [] },
    ],
    deeds: new Map(),
  });
  const { template } = compiled;
  const broken = { ...template, rootCount: 1, initial: [0, ...template.initial.slice(1).map((cell) => cell + OPEN_EDGE)] };
  const clock = virtualClock();
  const around = { ids: () => 'r-1', random: () => 0, logger: silentLogger, slots: undefined, resources: [], composer: new CompositeComposer(() => { throw new Error('it calls no flows'); }), sinks: new Sinks(silentLogger) };
  const settings = runSettings(undefined, broken, { clock, yieldAfterMs: 10, strict: false, turns: new Turns(clock, 10) });
  const run = new FlowRun(new Plan({ ...compiled, template: broken }, new FlowSpec('', undefined)), around, settings);
  run.begin(undefined);
  await expect(run.done).rejects.toThrow(StalledError);
  await expect(run.done).rejects.toThrow("internal error: the run cannot go on; 'p/b' waits for nothing; please report it");
});

//   charge ── pack ── ship
test('K6 what could not run carries the chain of its causes', async () => {
  const { flow, p } = bench();
  const charge = p.customStep(wrong, 'charge');
  const ship = charge.next(fine, 'pack').next(fine, 'ship');
  const result = await flow.run();
  expect(result.explain(ship)).toBe('ship: cancelled ← pack: cancelled ← charge: failed: card declined');
  expect(() => result.value(ship)).toThrow('card declined');
  expect(() => result.orThrow()).toThrow(RunError);
});
