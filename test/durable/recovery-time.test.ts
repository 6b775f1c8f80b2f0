import { TimeoutError, type StepContext } from 'millrace';
import { settle, virtualClock, type VirtualClock } from 'millrace/testing';
import { describe, expect, test } from 'vitest';
import { CrashedError } from '../../src/durable/crashed-error.ts';
import { lives, type Life, type Lives, type Living } from './lives.ts';

const second = 1000;

/** Lives at the times given, each with a clock of its own. */
function timed(times: readonly number[], define: (life: Life) => void): Lives & { readonly clocks: readonly VirtualClock[] } {
  const clocks = times.map((time) => virtualClock(time));
  return { ...lives(define, { clock: (life) => clocks[life - 1] as VirtualClock }), clocks };
}

const never = (): Promise<never> => new Promise(() => undefined);

/** Begins a life and leaves it when nothing happens in it any more. */
async function dying({ begin }: Lives): Promise<Living> {
  const living = await begin();
  await settle();
  return living;
}

describe('attempts over restarts', () => {
  test('an attempt that was lost is followed by the next number, and the step knows', async () => {
    const seen: unknown[] = [];
    const made = timed([0, 60 * second, 120 * second], ({ p, number }) => {
      p.customStep((s) => {
        seen.push([s.attempt, s.recovering, s.idempotencyKey]);
        return number < 3 ? never() : 'value';
      }, '1');
    });
    await dying(made);
    await dying(made);
    expect((await made.next()).result.value('1')).toBe('value');
    expect(seen).toEqual([[1, false, 'r/p/1'], [2, true, 'r/p/1'], [3, true, 'r/p/1']]);
  });

  test('lost attempts use nothing of the retries, and do not lengthen the pauses between them', async () => {
    const seen: unknown[] = [];
    const made = timed([0, 60 * second, 120 * second], ({ p, number }) => {
      p.customStep((s) => {
        seen.push([s.attempt, made.clocks[number - 1]?.now()]);
        if (number < 3) return never();
        throw new Error(`broken ${s.attempt}`);
      }, '1').stepRetry({ retries: 2, delay: second, backoff: 'exponential', factor: 10, jitter: 0 });
    });
    await dying(made);
    await dying(made);
    const { run } = await dying(made);
    await made.clocks[2]?.advance(60 * second);
    expect((await run.done).errors.map(({ error }) => error.message)).toEqual(['broken 5']);
    expect(seen).toEqual([[1, 0], [2, 60 * second], [3, 120 * second], [4, 121 * second], [5, 131 * second]]);
  });

  test('a step that loses its process too often fails, without a retry, and a recovery gives it a new chance', async () => {
    const calls: number[] = [];
    const ends: unknown[] = [];
    const times = Array.from({ length: 8 }, (_, index) => index * 60 * second);
    const made = timed(times, ({ p, number }) => {
      const step = p.customStep((s) => {
        calls.push(s.attempt);
        return number < 8 ? never() : 'value';
      }, '1');
      step.stepRetry(3).afterStep((_, ended) => void ends.push(ended));
    });
    for (let life = 1; life <= 6; life++) await dying(made);
    const { result } = await made.next();
    expect(calls).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.status).toBe('failed');
    expect(result.errors[0]?.error).toBeInstanceOf(CrashedError);
    expect(result.errors[0]?.error).toMatchObject({ code: 'crashes' });
    expect(ends).toEqual([{ status: 'failed', error: result.errors[0]?.error }]);
    expect((await made.next()).result.value('1')).toBe('value');
    expect(calls).toEqual([1, 2, 3, 4, 5, 6, 1]);
  });

  test('a retry that came due while nobody was at work runs at once, one that did not at its time', async () => {
    const at = async (restart: number): Promise<unknown> => {
      const seen: unknown[] = [];
      const made = timed([0, restart], ({ p, number }) => {
        p.customStep((s) => {
          seen.push([s.attempt, s.recovering, made.clocks[number - 1]?.now()]);
          if (number === 1) throw new Error('broken');
        }, '1').stepRetry({ retries: 1, delay: 60 * second });
      });
      await dying(made);
      const { run } = await dying(made);
      if (seen.length < 2) await made.clocks[1]?.advanceToNext();
      while (run.status === 'running') await made.clocks[1]?.advanceToNext();
      expect((await run.done).status).toBe('succeeded');
      return seen;
    };
    expect(await at(300 * second)).toEqual([[1, false, 0], [2, false, 300 * second]]);
    expect(await at(40 * second)).toEqual([[1, false, 0], [2, false, 60 * second]]);
  });
});

const untilAborted = ({ signal }: StepContext): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe.for(['process', 'flow'] as const)('the time of a %s over restarts', (unit) => {
  /** Step 1 ends at once, step 2 never does before the life given. */
  const define = (endsIn: number) => ({ flow, p, note, number }: Life): void => {
    if (unit === 'process') p.processTimeout(60 * second);
    else flow.flowTimeout(60 * second);
    const one = p.customStep(note('1'), '1');
    const two = p.customStep(
      (s) => {
        note('2')();
        return number < endsIn ? untilAborted(s) : undefined;
      },
      '2',
      one,
    );
    p.customStep(note('3'), '3', two);
  };

  test('goes on while nobody is at work', async () => {
    const made = timed([0, 45 * second], define(9));
    await dying(made);
    const { run, calls } = await dying(made);
    expect([run.status, calls]).toEqual(['running', ['2']]);
    await made.clocks[1]?.advance(15 * second);
    const result = await run.done;
    expect([result.status, result.outcome('2').status, result.reason]).toEqual(['failed', 'stopped', expect.any(TimeoutError)]);
  });

  test('may be up when the run goes on: then no step is called', async () => {
    const made = timed([0, 100 * second], define(9));
    await dying(made);
    const { result, calls } = await made.next();
    expect([result.status, calls, result.reason]).toEqual(['failed', [], expect.any(TimeoutError)]);
  });

  test('NEW-16, D4: begins anew with a recovery, which runs what never ran', async () => {
    const made = timed([0, 1000 * second, 1045 * second], define(3));
    const first = await dying(made);
    await made.clocks[0]?.advance(60 * second);
    const { status, steps } = await first.run.done;
    expect([status, [...steps.values()].map((one) => one.status)]).toEqual(['failed', ['succeeded', 'stopped', 'cancelled']]);
    const lost = await dying(made); // the recovery is interrupted as well
    expect([lost.run.status, lost.calls]).toEqual(['running', ['2']]);
    const { result, calls } = await made.next();
    expect([result.status, calls, result.reason]).toEqual(['succeeded', ['2', '3'], undefined]);
  });

  test('goes on after an interrupted recovery', async () => {
    const made = timed([0, 1000 * second, 1045 * second], define(9));
    await dying(made);
    await made.clocks[0]?.advance(60 * second);
    await dying(made);
    const { run } = await dying(made);
    await made.clocks[2]?.advance(14 * second);
    expect(run.status).toBe('running');
    await made.clocks[2]?.advance(second);
    expect((await run.done).status).toBe('failed');
  });
});

test('REC-48: a step that timed out runs again on recovery, with its time before it', async () => {
  const made = timed([0, 100 * second], ({ p, note, number }) => {
    const one = p.customStep((s) => {
      note('1')();
      return number === 1 ? untilAborted(s) : undefined;
    }, '1');
    one.stepTimeout(10 * second).next(note('2'), '2');
  });
  const { run } = await dying(made);
  await made.clocks[0]?.advance(10 * second);
  expect((await run.done).errors[0]?.error).toBeInstanceOf(TimeoutError);
  const { result, calls } = await made.next();
  expect([result.status, calls]).toEqual(['succeeded', ['1', '2']]);
});
