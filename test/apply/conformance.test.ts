import { describe, expect, test } from 'vitest';
import type { FlowSnapshot } from '../../src/define/flow-snapshot.ts';
import { createFlows } from '../../src/flows.ts';
import { virtualClock } from '../../src/testing/virtual-clock.ts';
import { saved } from './controller.ts';
import { countOf, Exchange, ran, theirs } from './exchange.ts';
import { define, loop, retry, run, steps, waitFor, when } from './stepflow.ts';

/*
 * What the tests of go-stepflow prove, one test for each row, under `budget: 'one'`. Its applies and ours:
 *
 *   SF-01  7 functions in order                         8   7
 *   SF-03  a wait of 4 askings, a function              6   5
 *   SF-04  a group that is tried 3 times               10   9
 *   SF-06  a loop of 10 times                          33  32
 *   SF-07  a case each way                              7   6
 *   SF-08  deploy/v1                                   10   9
 *   SF-11  a case that holds, and nothing else          3   2
 *   SF-11  a case that does not                         1   1
 *   SF-12  a loop of 1 time, of 3 times               2, 6  2, 6
 *   SF-13  a group that is tried twice                  2   2
 *   SF-14  no items                                     1   1
 *   SF-17  a case, a loop of 2 times                    7   6
 *   SF-18  a wait of 3 askings, a case                  6   5
 *
 * Ours are one fewer where the last function of go-stepflow is followed by an apply that only ends what had ended.
 */

describe('the facade', () => {
  test('SF-01: steps run in order, nested ones too, one in each apply', async () => {
    const items = [run('stepA'), run('stepB'), run('stepC'), steps('stepD', run('stepA'), run('stepB'), run('stepA-bis')), run('logExchange')];
    const worlds = [new Exchange(), new Exchange()];
    const { applies } = await ran('TestSteps', items, () => worlds.pop()!);
    expect([theirs('TestSteps', items, new Exchange()), applies.length]).toEqual([8, 7]);
    expect(applies.map((one) => one.ran)).toEqual(['stepA', 'stepB', 'stepC', 'stepD/stepA', 'stepD/stepB', 'stepD/stepA-bis', 'logExchange'].map((path) => [`steps/${path}`]));
  });

  test('SF-02: one function may have several names, and nested steps the names of outer ones', async () => {
    const exchange: string[] = [];
    const same = (): void => void exchange.push('called');
    const flow = createFlows().registerFlow('same');
    flow.steps((s) => {
      s.customStep(same, 'a');
      s.customStep(same, 'b');
      s.group((g) => void g.customStep(same, 'a'), 'inner');
    });
    const { snapshot } = await flow.apply(null);
    expect([exchange.length, flow.cursor(snapshot)]).toEqual([3, ['completed:same']]);
  });

  test('SF-03: a condition is asked once in each apply until it holds', async () => {
    const does = { growExWaitFor: (all: readonly string[]) => all.length > 3 };
    const items = [waitFor('growEx'), run('logExchange')];
    const { applies, cursors } = await ran('TestWaitFor', items, () => new Exchange(does));
    expect([theirs('TestWaitFor', items, new Exchange(does)), applies.length]).toEqual([6, 5]);
    expect(cursors).toEqual([...Array<string>(3).fill('start:TestWaitFor/growExWaitFor'), 'completed:TestWaitFor/growExWaitFor', 'completed:TestWaitFor']);
    expect(applies.map(({ status, wakeAt }) => [status, wakeAt])).toEqual([...Array<unknown>(3).fill(['waiting', 1000]), ['running', undefined], ['succeeded', undefined]]);
  });

  test('SF-04: a group that is tried again begins with its first step', async () => {
    const does = {
      stepWithError: (all: readonly string[]) => {
        if (countOf('addA', all) < 3) throw new Error('error');
      },
    };
    const items = [run('logInitialExchange'), retry('growEx', run('addA'), run('stepWithError'), run('logExchange')), run('logExchange')];
    const { applies, cursors } = await ran('TestRetry', items, () => new Exchange(does));
    expect([theirs('TestRetry', items, new Exchange(does)), applies.length]).toEqual([10, 9]);
    expect(cursors.filter((cursor) => cursor === 'start:TestRetry/growExRetry')).toHaveLength(2);
    expect(applies.flatMap((one) => one.ran).filter((path) => path.endsWith('/addA'))).toEqual([1, 2, 3].map((n) => `steps/growEx#${n}/addA`));
  });

  test('SF-05: a step in a group and one outside of it may have the same name', () => {
    const flow = createFlows().registerFlow('TestRetry');
    define(flow, [retry('growEx', run('logExchange')), run('logExchange')], new Exchange());
    expect(() => flow.compile()).not.toThrow();
  });

  test('SF-06: a loop runs its body until the condition after it holds', async () => {
    const does = { growExLoopUntil: (all: readonly string[]) => countOf('addA', all) > 10 };
    const items = [run('addA'), loop('growEx', run('addA'), run('logExchange')), run('logExchange')];
    const { applies } = await ran('TestLoopUntil', items, () => new Exchange(does));
    expect([theirs('TestLoopUntil', items, new Exchange(does)), applies.length]).toEqual([33, 32]);
  });

  test('SF-07: a case runs its body if the condition holds, and else goes on', async () => {
    const exchange = new Exchange({ ifFalseCase: () => false });
    const items = [run('beforeTrueCase'), when('ifTrue', run('stepA'), run('stepB')), when('ifFalse', run('ifFalseBranch')), run('afterIfFalse')];
    const worlds = [new Exchange({ ifFalseCase: () => false }), exchange];
    const { applies } = await ran('TestCase', items, () => worlds.pop()!);
    expect([theirs('TestCase', items, new Exchange({ ifFalseCase: () => false })), applies.length]).toEqual([7, 6]);
    expect(exchange.all.filter((one) => !one.endsWith('Case') || one === 'beforeTrueCase')).toEqual(['beforeTrueCase', 'stepA', 'stepB', 'afterIfFalse']);
  });

  test('SF-08: deploy/v1 of its README', async () => {
    const items = [
      run('getPreActualState'),
      waitFor('preActualState'),
      when(
        'shouldDeploy',
        run('createDeployRequest'),
        waitFor('acceptedDeployRequest'),
        waitFor('monitorDeploymentProgress'),
        run('getPostActualState'),
        waitFor('postActualState'),
        run('validatePostDeployActualState'),
      ),
    ];
    const { applies, cursors } = await ran('deploy/v1', items, () => new Exchange());
    expect([theirs('deploy/v1', items, new Exchange()), applies.length]).toEqual([10, 9]);
    expect(cursors).toEqual([
      'completed:deploy/v1/getPreActualState',
      'completed:deploy/v1/preActualStateWaitFor',
      'start:deploy/v1/shouldDeployCase/steps',
      'completed:deploy/v1/shouldDeployCase/steps/createDeployRequest',
      'completed:deploy/v1/shouldDeployCase/steps/acceptedDeployRequestWaitFor',
      'completed:deploy/v1/shouldDeployCase/steps/monitorDeploymentProgressWaitFor',
      'completed:deploy/v1/shouldDeployCase/steps/getPostActualState',
      'completed:deploy/v1/shouldDeployCase/steps/postActualStateWaitFor',
      'completed:deploy/v1',
    ]);
  });
});

test('SF-17: a case and a loop in steps ask and call in order', async () => {
  const does = { loopLoopUntil: (all: readonly string[]) => countOf('loopLoopUntil', all) >= 2 };
  const items = [when('case', run('func')), loop('loop', run('func'))];
  const worlds = [new Exchange(does), new Exchange(does)];
  const { applies } = await ran('steps', items, () => worlds.pop()!);
  expect([theirs('steps', items, new Exchange(does)), applies.length]).toEqual([7, 6]);
  expect(applies.flatMap((one) => one.ran)).toEqual(['steps/case', 'steps/case/func', 'steps/loop#1/func', 'steps/loop', 'steps/loop#2/func', 'steps/loop']);
});

test('SF-18: a wait comes before a case', async () => {
  const does = { waitWaitFor: (all: readonly string[]) => all.length >= 3 };
  const items = [waitFor('wait'), when('case', run('func'))];
  const { applies } = await ran('steps', items, () => new Exchange(does));
  expect([theirs('steps', items, new Exchange(does)), applies.length]).toEqual([6, 5]);
});

test('SF-19: the states of the quick start', async () => {
  const items = [run('step1'), waitFor('aCondition'), run('step2')];
  const { cursors } = await ran('quickstart.v1', items, () => new Exchange());
  expect(cursors).toEqual(['completed:quickstart.v1/step1', 'completed:quickstart.v1/aConditionWaitFor', 'completed:quickstart.v1']); // …/step2 is followed at once
});

test('SF-20: a controller applies nothing that is completed again, marks errors, and is told when to come back', async () => {
  const calls: string[] = [];
  const flow = createFlows({ clock: virtualClock(0) }).registerFlow<string>('resource/v1');
  flow.steps((s) => {
    s.customStep(({ input }) => void calls.push(input), 'begin');
    s.waitFor(({ input }) => { if (input === 'bad') throw new Error('no'); return calls.length > 3; }, 'ready', { every: '30s' });
  });
  const resources = new Map(['good', 'bad'].map((name) => [name, { snapshot: null as FlowSnapshot | null, requeueAt: 0, reason: 'Running' }]));
  const reconcile = async (name: string): Promise<void> => {
    const resource = resources.get(name)!;
    if (resource.reason !== 'Running') return;
    const { snapshot, status, wakeAt } = await flow.apply(resource.snapshot, { input: name });
    resource.snapshot = saved(snapshot);
    resource.requeueAt = wakeAt ?? 500;
    if (status === 'succeeded') resource.reason = 'Success';
    if (status === 'failed') resource.reason = 'Error';
  };
  for (const name of ['good', 'bad', 'bad']) await reconcile(name);
  expect([...resources.values()].map(({ reason, requeueAt }) => [reason, requeueAt])).toEqual([['Running', 30_000], ['Error', 500]]);
  calls.push('other', 'other');
  await reconcile('good');
  await reconcile('good');
  expect([resources.get('good')?.reason, calls]).toEqual(['Success', ['good', 'bad', 'other', 'other']]);
});
