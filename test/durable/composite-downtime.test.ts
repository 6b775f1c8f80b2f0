import { createFlows, memoryStore, type Flow, type FlowResult, type Outcome, type Run } from 'millrace';
import { settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import type { DurableFlows } from '../../src/durable/durable-flows.ts';

interface Place {
  readonly flow: Flow<undefined>;
  readonly flows: DurableFlows;
  readonly calls: string[];
  readonly now: () => number;
}

async function ended(run: Run, clock: VirtualClock): Promise<FlowResult> {
  let result: FlowResult | undefined;
  void run.done.then((one) => (result = one));
  for (let moves = 0; moves < 100; moves++) {
    await settle();
    if (result !== undefined) return result;
    if (!(await clock.advanceToNext())) break;
  }
  throw new Error('the run does not end');
}

interface Seen {
  readonly calls: readonly string[];
  readonly result: FlowResult;
  /** How long the second process was at work. */
  readonly took: number;
}

/** Lets a process die at one moment, and another one go on at a later one. */
async function over(define: (place: Place) => void, diesAt: number, goesOnAt: number): Promise<Seen> {
  const store = memoryStore();
  const process = (at: number, owner: string): Place & { readonly clock: VirtualClock } => {
    const clock = virtualClock(at);
    const flows = createFlows({ store, owner, clock, random: () => 0.5 });
    const place = { flow: flows.registerFlow<undefined>('f'), flows, calls: [], now: () => clock.now(), clock };
    define(place);
    return place;
  };
  const first = process(0, 'one');
  first.flow.start(undefined, { runId: 'r' });
  await settle();
  await first.clock.advance(diesAt);
  await settle();
  const second = process(goesOnAt, 'two');
  const result = await ended(await second.flows.resume('r'), second.clock);
  return { calls: second.calls, result, took: result.endedAt - goesOnAt };
}

function errorOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.status === 'failed' ? `${outcome.error.name}: ${outcome.error.message}` : outcome?.status;
}

const minute = 60_000;

describe('while nobody is at work', () => {
  test.for([
    ['a constant', (p: ReturnType<Flow['process']>) => p.sleep('1m', 'nap')],
    ['a function', (p: ReturnType<Flow['process']>) => p.sleep(() => '1m', 'nap')],
    ['a moment', (p: ReturnType<Flow['process']>) => p.sleepUntil(() => minute, 'nap')],
  ] as const)('a sleep passes: %s', async ([, sleep]) => {
    const define = ({ flow }: Place): void => void sleep(flow.process('p'));
    expect(await over(define, 10_000, 10 * minute)).toMatchObject({ took: 0, result: { status: 'succeeded' } });
    expect(await over(define, 10_000, 45_000)).toMatchObject({ took: 15_000 });
  });

  test('the time of a wait runs: its condition is asked once more, and decides', async () => {
    const define = (doneAt: number) => ({ flow, calls, now }: Place): void => {
      flow.process('p').waitFor(() => (calls.push('ask'), now() >= doneAt), 'wait', { every: '10s', timeout: '1m' });
    };
    const late = await over(define(Infinity), 15_000, 10 * minute);
    expect([late.calls, late.took, errorOf(late.result.outcome('wait'))]).toEqual([
      ['ask'],
      0,
      "TimeoutError: step 'p/wait' took longer than 60000 ms; give it more time, or make it end when its signal aborts",
    ]);
    const done = await over(define(5 * minute), 15_000, 10 * minute);
    expect([done.calls, done.result.status]).toEqual([['ask'], 'succeeded']);
    const early = await over(define(Infinity), 15_000, 45_000);
    expect([early.calls.length, early.took]).toEqual([3, 15_000]); // after 45, 55 and 60 s
  });

  test('the pause of a loop and the delay of a retry pass', async () => {
    const define = ({ flow, calls }: Place): void => {
      const p = flow.process('p');
      p.loopUntil((l) => l.customStep(({ path }) => void calls.push(path), 'turn'), 'loop', (_, __, i) => i === 2, { every: '1m' });
      p.retry((r) => r.customStep(({ path }) => {
        calls.push(path);
        if (path.includes('#1')) throw new Error('again');
      }, 'turn'), 'retry', { retries: 1, delay: '1m' });
    };
    expect(await over(define, 10_000, 10 * minute)).toMatchObject({ took: 0, calls: ['p/loop#2/turn', 'p/retry#2/turn'] });
    expect(await over(define, 10_000, 45_000)).toMatchObject({ took: 15_000, calls: ['p/loop#2/turn', 'p/retry#2/turn'] });
  });

  test('the time of a composite step runs: when it is up, nothing in it is called', async () => {
    const define = ({ flow, calls }: Place): void => {
      flow.process('p').group((g) => {
        const nap = g.sleep('10s', 'nap');
        g.customStep(() => new Promise(() => calls.push('hangs')), 'hangs');
        g.customStep(() => void calls.push('next'), 'next').after(nap);
        g.always(() => void calls.push('end'), 'end');
      }, 'group').stepTimeout('1m');
    };
    const { calls, result, took } = await over(define, 5_000, 10 * minute);
    expect([errorOf(result.outcome('group')), calls, took]).toEqual(["TimeoutError: step 'p/group' took longer than 60000 ms; give it more time, or make it end when its signal aborts", ['end'], 0]);
  });

  test.for([
    ['a flow that is called', (other: Flow) => other.flowTimeout('1m'), "RunError: run of flow 'other' failed: flow 'other' took longer than 60000 ms; give it more time, or make it end when its signal aborts"],
    ['a process of it', (other: Flow) => other.process('q').processTimeout('1m'), "RunError: run of flow 'other' failed: process 'q' took longer than 60000 ms; give it more time, or make it end when its signal aborts"],
  ] as const)('the time of %s runs: when it is up, nothing in it is called', async ([kind, timed, error]) => {
    const define = ({ flow, flows, calls }: Place): void => {
      const other = flows.registerFlow<undefined>('other');
      const q = kind === 'a process of it' ? (timed(other)) : (timed(other)).process('q');
      q.customStep(() => void calls.push('next'), 'next').after(q.sleep('10s', 'nap'));
      q.always(() => void calls.push('end'), 'end');
      flow.process('p').call(other, 'call', () => undefined);
    };
    const { calls, result, took } = await over(define, 5_000, 10 * minute);
    expect([errorOf(result.outcome('call')), calls, took]).toEqual([error, ['end'], 0]);
  });

  test('the time of the flow runs: when it is up, nothing in its bodies is called', async () => {
    const define = ({ flow, calls }: Place): void => {
      flow.flowTimeout('1m').process('p').forEach(['a', 'b'], 'each', (each) => each.customStep(() => void calls.push('next'), 'next').after(each.sleep('10s', 'nap')));
    };
    const { calls, result } = await over(define, 5_000, 10 * minute);
    expect([result.status, result.outcome('each').status, calls]).toEqual(['failed', 'stopped', []]);
  });

  test('a flow that is called, and goes on, began when it was called', async () => {
    const define = ({ flow, flows }: Place): void => {
      const other = flows.registerFlow<undefined>('other');
      other.process('q').sleep('1m', 'nap');
      const p = flow.process('p');
      p.call(other, 'call', () => undefined).after(p.sleep('2s', 'first'));
    };
    const { result } = await over(define, 10_000, 45_000);
    const { startedAt, endedAt } = result.value('call') as FlowResult;
    expect([startedAt, endedAt]).toEqual([2_000, 62_000]);
  });

  test('the result of a flow that was called keeps its times', async () => {
    const define = ({ flow, flows }: Place): void => {
      const other = flows.registerFlow<undefined>('other');
      other.process('q').sleep('5s', 'nap');
      const p = flow.process('p');
      const called = p.call(other, 'call', () => undefined).after(p.sleep('2s', 'first'));
      p.sleep('1m', 'nap').after(called);
    };
    const { result } = await over(define, 10_000, 10 * minute);
    const { startedAt, endedAt, timeline } = result.value('call') as FlowResult;
    expect([startedAt, endedAt, timeline]).toEqual([2_000, 7_000, [{ path: 'q/nap', start: 0, end: 1 }]]);
  });
});
