import { describe, expect, test } from 'vitest';
import type { Applied } from '../../src/define/apply.ts';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import type { Flow } from '../../src/define/flow.ts';
import type { Scope } from '../../src/define/scope.ts';
import { createFlows } from '../../src/flows.ts';
import { handStep } from '../../src/testing/hand-step.ts';
import { settle } from '../../src/testing/settle.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { applied, saved } from './controller.ts';

// What the tests of go-stepflow leave open, and what its description calls a defect.

/** A flow of three steps that note what they do; `b` may throw. */
function three(name = 'deploy/v1', fails: () => void = () => undefined): { readonly flow: Flow<undefined>; readonly calls: string[] } {
  const calls: string[] = [];
  const flow = createFlows({ clock: virtualClock(0), ids: () => 'r' }).registerFlow(name);
  flow.steps((s) => {
    const a = s.customStep(() => (calls.push('a'), 'value of a'), 'a');
    s.customStep((c) => (calls.push(`b with ${c.result(a)}`), fails()), 'b');
    s.customStep(() => void calls.push('c'), 'c');
  });
  return { flow, calls };
}

describe('a state that cannot be meant is refused, and nothing is called', () => {
  test.for([
    [['completed:deploy/v1/B'], "the state of flow 'deploy/v1' is ['completed:deploy/v1/B']; no item has this event; did you mean 'completed:deploy/v1/b'?"],
    [['completed:deploy/v2/b'], "the state of flow 'deploy/v1' is ['completed:deploy/v2/b']; no item has this event; did you mean 'completed:deploy/v1/b'?"],
    [[], "the state of flow 'deploy/v1' is []; give one event, such as 'start:deploy/v1', or null to begin"],
    [
      ['completed:deploy/v1/a', 'completed:deploy/v1/b'],
      "the state of flow 'deploy/v1' is ['completed:deploy/v1/a', 'completed:deploy/v1/b']; give one event, such as 'start:deploy/v1', or null to begin",
    ],
  ] as const)('%j', async ([state, message]) => {
    const { flow, calls } = three();
    await expect(flow.apply(state)).rejects.toMatchObject({ code: 'invalid-option', message });
    expect(calls).toEqual([]);
  });

  test('a snapshot of another version', async () => {
    const { snapshot } = await three('deploy/v1').flow.apply(null, { budget: 'one' });
    const { flow, calls } = three('deploy/v2');
    const message = "the snapshot is one of flow 'deploy/v1', not of flow 'deploy/v2'; apply it to the flow that it was made by";
    await expect(flow.apply(saved(snapshot))).rejects.toMatchObject({ code: 'invalid-option', message });
    expect(() => flow.cursor(snapshot)).toThrow(message);
    expect(() => flow.isCompleted(snapshot)).toThrow(message);
    expect(() => flow.possibleNext(snapshot)).toThrow(message);
    expect(calls).toEqual([]);
  });
});

test('names with a slash are refused for steps, so that no two paths meet', () => {
  const flow = createFlows().registerFlow('t');
  flow.steps((s) => {
    expect(() => s.customStep(() => 0, 'b/c' as never)).toThrow('step');
    expect(() => s.group(() => undefined, 'a/b' as never)).toThrow('step');
  });
});

test('groups a hundred and fifty deep take one apply for one function', async () => {
  const flow = createFlows().registerFlow('deep');
  const fill = (scope: Scope<undefined>, depth: number): void => {
    if (depth === 0) scope.customStep(() => 'bottom', 'bottom');
    else scope.group((g) => fill(g, depth - 1), 'g');
  };
  flow.steps((s) => {
    fill(s, 150);
    s.customStep(() => 'top', 'top');
  });
  const [first, second, ...others] = await applied(flow as never, { budget: 'one' });
  expect([first?.ran, second?.ran, others]).toEqual([[`steps/${'g/'.repeat(150)}bottom`], ['steps/top'], []]);
  expect(flow.cursor(first!.snapshot)).toEqual(['completed:deep/g']);
});

test('of nested retries the inner handler comes first, and the outer one gets what the inner one lets pass', async () => {
  const handled: string[] = [];
  const flow = createFlows().registerFlow('nested');
  let calls = 0;
  flow.steps((s) => {
    s.retry(
      (outer) => {
        outer.retry((inner) => void inner.customStep(() => { if (++calls < 5) throw new Error(`error ${calls}`); }, 'work'), 'inner', (_, error, attempt) => {
          handled.push(`inner ${attempt}: ${error.message}`);
          if (calls === 4) throw new Error('given up');
          return attempt < 2;
        });
      },
      'outer',
      (_, error, attempt) => {
        handled.push(`outer ${attempt}: ${error.message}`);
        return true;
      },
    );
  });
  const applies = await applied(flow as never, { budget: 'one' });
  expect(handled).toEqual(['inner 1: error 1', 'inner 2: error 2', 'outer 1: error 2', 'inner 1: error 3', 'inner 2: error 4', 'outer 2: given up']);
  expect(applies.map(({ ran }) => ran)).toEqual(['1/inner#1', '1/inner#2', '2/inner#1', '2/inner#2', '3/inner#1'].map((path) => [`steps/outer#${path}/work`]));
});

test('two applies of one snapshot know nothing of one another, and neither changes it', async () => {
  const { flow, calls } = three();
  const { snapshot } = await flow.apply(null, { budget: 'one' });
  const text = JSON.stringify(snapshot);
  const both = await Promise.all([flow.apply(snapshot, { budget: 'one' }), flow.apply(snapshot, { budget: 'one' })]);
  expect(calls).toEqual(['a', 'b with value of a', 'b with value of a']);
  expect(both[0].snapshot).toEqual(both[1].snapshot);
  expect(JSON.stringify(snapshot)).toBe(text);
});

describe('a signal that aborts', () => {
  test('ends what is at work, and the next apply goes on with it', async () => {
    const work = handStep('work');
    const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
    flow.steps((s) => s.follow(work));
    const stopping = new AbortController();
    const applying = flow.apply(null, { signal: stopping.signal });
    const call = await work.started();
    stopping.abort(new Error('shutdown'));
    call.fail(new Error('aborted'));
    const { status, snapshot, result } = await applying;
    expect([status, result?.status, flow.cursor(snapshot)]).toEqual(['stopped', 'stopped', ['start:x']]);
    const again = flow.apply(saved(snapshot));
    (await work.started()).succeed(1);
    expect((await again).status).toBe('succeeded');
  });

  test('that has aborted lets nothing be called', async () => {
    const { flow, calls } = three();
    const { status, snapshot } = await flow.apply(null, { signal: AbortSignal.abort(new Error('no')) });
    expect([status, calls]).toEqual(['stopped', []]);
    expect((await flow.apply(saved(snapshot))).status).toBe('succeeded');
    expect(calls).toEqual(['a', 'b with value of a', 'c']);
  });
});

describe('whatever a function throws', () => {
  const thrown: readonly (readonly [string, () => unknown, string])[] = [
    ['an error', () => { throw new Error('broken'); }, 'broken'],
    ['a text', () => { throw 'broken'; }, 'broken'], // eslint-disable-line @typescript-eslint/only-throw-error -- people do
    ['nothing', () => { throw undefined; }, 'undefined'], // eslint-disable-line @typescript-eslint/only-throw-error -- people do
    ['a rejected promise', () => Promise.reject(new Error('late')), 'late'],
  ];

  test.for(thrown)('%s: the position stays, and what went well is not repeated', async ([, fail, message]) => {
    let isBroken = true;
    const { flow, calls } = three('x', () => (isBroken ? (fail() as void) : undefined));
    const first = await flow.apply(null);
    expect([first.status, first.result?.errors[0]?.path]).toEqual(['failed', 'steps/b']);
    expect(first.result?.errors[0]?.error.message).toContain(message);
    expect(flow.cursor(saved(first.snapshot))).toEqual(['completed:x/a']);
    const second = await flow.apply(saved(first.snapshot));
    expect([second.status, second.ran]).toEqual(['failed', ['steps/b']]);
    isBroken = false;
    const third = await flow.apply(saved(second.snapshot));
    expect([third.status, third.ran]).toEqual(['succeeded', ['steps/b', 'steps/c']]);
    expect(calls).toEqual(['a', ...Array<string>(3).fill('b with value of a'), 'c']);
  });
});

describe('what is counted is in the snapshot', () => {
  const failing = (): never => { throw new Error('down'); };

  type Tries = readonly [tries: number, wakeAts: readonly unknown[], status: string];

  async function triesOf(define: (flow: Flow<undefined>, call: () => never) => void): Promise<Tries> {
    let tries = 0;
    const wakeAts: unknown[] = [];
    const clock = virtualClock(0);
    let snapshot: FlowSnapshot | null = null;
    for (;;) {
      const flow = createFlows({ clock, random: () => 1, ids: () => 'r' }).registerFlow('x'); // another process each time
      define(flow, () => { tries++; return failing(); });
      const { status, wakeAt, snapshot: next }: Applied = await flow.apply(snapshot, { budget: 'one' });
      snapshot = saved(next);
      if (status === 'failed') return [tries, wakeAts, status];
      wakeAts.push(wakeAt);
      if (wakeAt !== undefined) await clock.advance(wakeAt - clock.now());
    }
  }

  test('the attempts of a step, and when the next one comes', async () => {
    const found = await triesOf((flow, call) => flow.steps((s) => s.customStep(call, 'a').stepRetry({ retries: 2, delay: '1h', backoff: 'exponential' })));
    expect(found).toEqual([3, [3_600_000, 10_800_000], 'failed']);
  });

  test('the attempts of a group, and when the next one comes', async () => {
    const policy = { retries: 2, delay: '1h', backoff: 'exponential' } as const;
    const found = await triesOf((flow, call) => flow.steps((s) => s.retry((r) => r.customStep(call, 'a'), 'r', policy)));
    expect(found).toEqual([3, [3_600_000, 10_800_000], 'failed']);
  });

  test('the attempts that a handler is told', async () => {
    const found = await triesOf((flow, call) => flow.steps((s) => s.retry((r) => r.customStep(call, 'a'), 'r', (_, __, attempt) => attempt < 3)));
    expect(found).toEqual([3, [undefined, undefined], 'failed']);
  });

  test('how often a loop ran, up to its limit', async () => {
    const counts: number[] = [];
    const flow = createFlows().registerFlow('x');
    flow.steps((s) => s.loopUntil((l) => l.customStep(() => 0, 'a'), 'l', (_, __, count) => (counts.push(count), false), { max: 3 }));
    const applies = await applied(flow as never, { budget: 'one' });
    expect([counts, applies.length, applies.at(-1)?.status]).toEqual([[1, 2, 3], 6, 'failed']);
  });
});

test('a step that waits for its next attempt is where the run stands, and what is next', async () => {
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow('x');
  flow.steps((s) => {
    s.customStep(() => 1, 'a');
    s.customStep(() => { throw new Error('down'); }, 'b').stepRetry({ retries: 1, delay: '1h' });
  });
  const { status, snapshot } = await flow.apply(null);
  expect([status, flow.cursor(saved(snapshot))]).toEqual(['waiting', ['start:x/b']]);
  expect(flow.possibleNext(saved(snapshot))).toEqual([{ path: 'steps/b', from: 'start:x/b', to: 'completed:x/b', reason: 'completed' }]);
});

describe('a run that waits says until when', () => {
  const hour = 3_600_000;

  test.for<readonly [string, (s: Scope<undefined>) => unknown, number | undefined]>([
    ['a condition', (s) => s.waitFor(() => false, 'w', { every: '1h' }), hour],
    ['a condition whose time is up before', (s) => s.waitFor(() => false, 'w', { every: '2h', timeout: '1h' }), hour],
    ['a sleep', (s) => s.sleep('1h', 'w'), hour],
    ['a sleep that a function measures', (s) => s.sleep(() => '1h', 'w'), hour],
    ['a sleep until a moment', (s) => s.sleepUntil(hour, 'w'), hour],
    ['a sleep of forty days', (s) => s.sleep('960h', 'w'), 960 * hour],
    ['a signal', (s) => s.waitForSignal('w'), undefined],
    ['a signal with a timeout', (s) => s.waitForSignal('w', { timeout: '1h' }), hour],
    ['a pause of a loop', (s) => s.loopUntil((l) => l.customStep(() => 0, 'a'), 'w', () => false, { every: '1h' }), hour],
    ['something inside of something', (s) => s.group((g) => g.case(() => true, 'c', (c) => c.sleep('1h', 'w')), 'g'), hour],
  ])('%s', async ([, define, wakeAt]) => {
    const clock = virtualClock(0);
    const flow = createFlows({ clock }).registerFlow('x');
    flow.steps(define);
    const first = await flow.apply(null);
    expect([first.status, first.wakeAt]).toEqual(['waiting', wakeAt]);
    const second = await flow.apply(saved(first.snapshot)); // too early
    expect([second.status, second.wakeAt]).toEqual(['waiting', wakeAt]);
  });

  test('a flow that may take an hour ends then, whatever it waits for', async () => {
    const clock = virtualClock(0);
    const flow = createFlows({ clock }).registerFlow('x').flowTimeout('1h');
    flow.steps((s) => s.waitForSignal('w'));
    const { wakeAt, snapshot } = await flow.apply(null);
    expect(wakeAt).toBe(hour);
    await clock.advance(hour);
    expect((await flow.apply(saved(snapshot))).status).toBe('failed');
  });
});

test('a composite step fails in the apply at the very moment that its time is up', async () => {
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  flow.steps((s) => s.group((g) => g.group((h) => h.sleep('2h', 'long'), 'inner'), 'group').stepTimeout('1h'));
  const { wakeAt, snapshot } = await flow.apply(null);
  expect(wakeAt).toBe(3_600_000);
  await clock.advance('1h');
  const { status, result } = await flow.apply(saved(snapshot));
  expect([status, result?.errors[0]?.error.message]).toEqual(['failed', "step 'steps/group' took longer than 3600000 ms; give it more time, or make it end when its signal aborts"]);
});

test('the times of what has ended wake nobody', async () => {
  const clock = virtualClock(0);
  const flow = createFlows({ clock }).registerFlow('x');
  const quick = flow.process('quick').processTimeout('1m');
  quick.customStep(() => 'done', 'a').stepTimeout('1h');
  flow.process('slow').sleep('2h', 'long');
  expect((await flow.apply(null)).wakeAt).toBe(7_200_000);
});

test('an apply is not over before the functions that it has called', async () => {
  const work = handStep('work');
  const flow = createFlows().registerFlow('x');
  flow.steps((s) => s.follow(work));
  let isOver = false;
  const applying = flow.apply(null, { budget: 'one' }).then((one) => ((isOver = true), one));
  const call = await work.started();
  await settle();
  expect(isOver).toBe(false);
  call.succeed();
  expect((await applying).status).toBe('succeeded');
});
