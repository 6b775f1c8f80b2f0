import type { StepContext } from 'millrace';
import { orderMatchers } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { bench, throwing } from '../bench.ts';

expect.extend(orderMatchers);

/** A log of exchanges, and a step that writes a word into it. */
function exchange(): { readonly log: string[]; readonly say: (word: string) => (s: StepContext) => void } {
  const log: string[] = [];
  return { log, say: (word) => () => void log.push(word) };
}

describe('what go-stepflow does, in the order of calls', () => {
  test('SF-01: the items of a flow follow one another, with those of a nested group between them', async () => {
    const { flow } = bench();
    const { log, say } = exchange();
    flow.steps((steps) => {
      steps.customStep(say('stepA'), 'stepA');
      steps.customStep(say('stepB'), 'stepB');
      steps.group((inner) => {
        inner.customStep(say('stepC'), 'stepC');
        inner.customStep(say('stepA'), 'stepA');
      }, 'nested');
      steps.customStep(say('stepB'), 'stepB again');
      steps.customStep(say('stepA'), 'stepA again');
    });
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['stepA', 'stepB', 'stepC', 'stepA', 'stepB', 'stepA']);
  });

  test('SF-02: one function has several names, and one name is in several scopes', async () => {
    const { flow } = bench();
    const { log, say } = exchange();
    const both = say('both');
    flow.steps((steps) => {
      steps.customStep(both, 'one');
      steps.customStep(both, 'two');
      steps.group((inner) => void inner.customStep(both, 'one'), 'nested');
    });
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['both', 'both', 'both']);
  });

  test('SF-03: what comes after a wait starts when its condition holds, which was asked four times', async () => {
    const { clock, flow } = bench();
    const { log, say } = exchange();
    let asked = 0;
    flow.steps((steps) => {
      steps.customStep(say('before'), 'before');
      steps.waitFor(() => (asked += 1) === 4, 'wait');
      steps.customStep(say('after'), 'after');
    });
    const run = flow.start();
    await clock.advance('1m');
    expect(await run.done).toHaveStatus('succeeded');
    expect([asked, log]).toEqual([4, ['before', 'after']]);
  });

  test('SF-04, SF-05: a retry begins again with its first step, which may be called like one outside', async () => {
    const { flow } = bench();
    const { log, say } = exchange();
    let tries = 0;
    flow.steps((steps) => {
      steps.customStep(say('outside'), 'logExchange');
      steps.retry(
        (inner) => {
          inner.customStep(say('addA'), 'addA');
          inner.customStep(say('inside'), 'logExchange');
          inner.customStep(() => ((tries += 1) < 3 ? throwing()() : undefined), 'fails twice');
        },
        'retry',
        () => true,
      );
      steps.customStep(say('end'), 'end');
    });
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['outside', 'addA', 'inside', 'addA', 'inside', 'addA', 'inside', 'end']);
  });

  test('SF-07: a case runs its body, or passes it over and goes on', async () => {
    const { flow } = bench();
    const { log, say } = exchange();
    flow.steps((steps) => {
      steps.customStep(say('beforeTrueCase'), 'beforeTrueCase');
      steps.case(
        () => true,
        'true',
        (inner) => {
          inner.customStep(say('stepA'), 'stepA');
          inner.customStep(say('stepB'), 'stepB');
        },
      );
      steps.case(() => false, 'false', (inner) => void inner.customStep(say('never'), 'stepA'));
      steps.customStep(say('afterIfFalse'), 'afterIfFalse');
    });
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['beforeTrueCase', 'stepA', 'stepB', 'afterIfFalse']);
  });

  test('SF-08: deploy/v1 of its README', async () => {
    const { clock, flows } = bench();
    const { log, say } = exchange();
    let polls = 0;
    const deploy = flows.registerFlow('deploy/v1');
    deploy.steps((steps) => {
      steps.customStep(say('preDeploy'), 'preDeploy');
      steps.case(() => true, 'needs a version bump', (inner) => {
        inner.customStep(say('createGitOpsVersionBump'), 'createGitOpsVersionBump');
        inner.waitFor(() => (polls += 1) === 3, 'version bump is merged', { every: '10s' });
      });
      steps.customStep(say('postDeploy'), 'postDeploy');
      steps.retry((inner) => void inner.customStep(say('validatePostActuatState'), 'validatePostActuatState'), 'validate', 3);
    });
    const run = deploy.start();
    await clock.advance('1m');
    expect(await run.done).toHaveStatus('succeeded');
    expect(log).toEqual(['preDeploy', 'createGitOpsVersionBump', 'postDeploy', 'validatePostActuatState']);
  });

  test('SF-13: a handler that stops after the third time leaves the error as it was', async () => {
    const { flow } = bench();
    const broken = new Error('broken');
    let asked = 0;
    flow.steps((steps) => {
      steps.retry((inner) => void inner.customStep(throwing(broken), 'x'), 'retry', () => (asked += 1) < 3);
    });
    const { errors } = await flow.run();
    expect([asked, errors[0]?.error]).toEqual([3, broken]);
  });

  test('SF-14: a body has no items, or several, and none twice', async () => {
    const { flow } = bench();
    flow.steps((steps) => void steps.group(() => undefined, 'empty'));
    expect(await flow.run()).toHaveStatus('succeeded');
    const twice = bench().flow;
    twice.steps((steps) =>
      steps.group((inner) => {
        inner.customStep(() => 1, 'same');
        inner.customStep(() => 2, 'same');
      }, 'nested'),
    );
    expect(() => twice.compile()).toThrow(/same/u);
  });

  test('SF-17: a case, then a loop', async () => {
    const { flow } = bench();
    const log: string[] = [];
    flow.steps((steps) => {
      steps.case(
        () => log.push('case-cond') > 0,
        'case',
        (inner) => void inner.customStep(() => void log.push('func'), 'func'),
      );
      steps.loopUntil((inner) => void inner.customStep(() => void log.push('func'), 'func'), 'loop', (_, __, iteration) => log.push('loop-cond') > 0 && iteration === 2);
    });
    expect(await flow.run()).toHaveStatus('succeeded');
    expect(log).toEqual(['case-cond', 'func', 'func', 'loop-cond', 'func', 'loop-cond']);
  });

  test('SF-18: a wait that is asked three times, then a case', async () => {
    const { clock, flow } = bench();
    const log: string[] = [];
    flow.steps((steps) => {
      steps.waitFor(() => log.push('wait') === 3, 'wait');
      steps.case(() => log.push('case') > 0, 'case', (inner) => void inner.customStep(() => void log.push('func'), 'func'));
    });
    const run = flow.start();
    await clock.advance('1m');
    expect(await run.done).toHaveStatus('succeeded');
    expect(log).toEqual(['wait', 'wait', 'wait', 'case', 'func']);
  });
});
