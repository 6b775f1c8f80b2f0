import type { Flows, Run, StepHandle } from 'millrace';
import { settle } from 'millrace/testing';
import { bench, hands, pass, type Bench } from '../bench.ts';
import { gate } from '../shared.ts';

/** A composite step at one stage of its work: brings it there, and says how it may go on. */
export interface Stage {
  /** Registers the step. */
  define(made: Bench, hold: Hold): StepHandle<string, unknown, undefined>;
  /** Brings the run to the stage. */
  reach?(made: Bench, hold: Hold, run: Run): Promise<unknown>;
  /** Whether a function or a step is at work then, so that a drain has to wait for it. */
  readonly isAtWork: boolean;
  /** Whether it has succeeded when that has ended, in spite of the stop. */
  readonly isDone?: boolean;
}

/** What the test holds back: a function, and steps. */
export interface Hold {
  readonly answer: ReturnType<typeof gate<never>>;
  readonly work: ReturnType<typeof hands<['x', 'y']>>;
}

const first = (_made: Bench, { work }: Hold, run: Run): Promise<unknown> => pass(run, work.x);
const failing = async (_made: Bench, { work }: Hold, run: Run): Promise<unknown> => (await work.x.started(run.done)).fail(new Error('broken'));

export const stages: Readonly<Record<string, Stage>> = {
  'a wait whose condition is at work': { define: ({ p }, { answer }) => p.waitFor(() => answer.promise, 'it'), isAtWork: true },
  'a wait between two askings': { define: ({ p }) => p.waitFor(() => false, 'it', { every: '1h', timeout: '5h' }), isAtWork: false },
  'a wait for a signal': { define: ({ p }) => p.waitForSignal('it', { timeout: '5h' }), isAtWork: false },
  'a sleep': { define: ({ p }) => p.sleep('1h', 'it'), isAtWork: false },
  'a sleep whose function is at work': { define: ({ p }, { answer }) => p.sleep((() => answer.promise) as never, 'it'), isAtWork: true },
  'a group at its last step': { define: ({ p }, { work }) => p.group((body) => void body.follow(work.x), 'it'), isAtWork: true, isDone: true },
  'a group with a step to come': { define: ({ p }, { work }) => p.group((body) => void body.follow(work.x, work.y), 'it'), isAtWork: true },
  'a group in a group': { define: ({ p }, { work }) => p.group((body) => body.group((inner) => void inner.follow(work.x, work.y), 'inner'), 'it'), isAtWork: true },
  'a group that sleeps': { define: ({ p }) => p.group((body) => void body.sleep('1h', 'nap'), 'it'), isAtWork: false },
  'a group between two attempts of a step': {
    define: ({ p }, { work }) => p.group((body) => body.customStep(work.x.run, 'x').stepRetry({ retries: 1, delay: '1h' }) as never, 'it'),
    reach: failing,
    isAtWork: false,
  },
  'a case whose condition is at work': { define: ({ p }, { answer, work }) => p.case(() => answer.promise, 'it', (body) => void body.follow(work.x)), isAtWork: true },
  'a case at work': { define: ({ p }, { work }) => p.case(() => true, 'it', (body) => void body.follow(work.x)), isAtWork: true, isDone: true },
  'a loop at work': { define: ({ p }, { work }) => p.loopUntil((body) => void body.follow(work.x), 'it', () => true), isAtWork: true },
  'a loop whose condition is at work': { define: ({ p }, { answer }) => p.loopUntil(() => undefined, 'it', () => answer.promise), isAtWork: true },
  'a loop between two times': { define: ({ p }) => p.loopUntil(() => undefined, 'it', () => false, { every: '1h' }), isAtWork: false },
  'a retry at work': { define: ({ p }, { work }) => p.retry((body) => void body.follow(work.x), 'it', 3), isAtWork: true, isDone: true },
  'a retry whose handler is at work': { define: ({ p }, { answer, work }) => p.retry((body) => void body.follow(work.x), 'it', () => answer.promise), reach: failing, isAtWork: true },
  'a retry between two times': { define: ({ p }, { work }) => p.retry((body) => void body.follow(work.x), 'it', { retries: 3, delay: '1h' }), reach: failing, isAtWork: false },
  'a forEach whose function is at work': { define: ({ p }, { answer }) => p.forEach(() => answer.promise, 'it', () => undefined), isAtWork: true },
  'a forEach that waits for an item': {
    define: ({ p }, { answer }) => p.forEach(() => ({ [Symbol.asyncIterator]: () => ({ next: () => answer.promise }) }), 'it', () => undefined),
    isAtWork: true,
  },
  'a forEach at its last item': { define: ({ p }, { work }) => p.forEach([1], 'it', (each) => void each.follow(work.x)), isAtWork: true, isDone: true },
  'a forEach with an item to come': { define: ({ p }, { work }) => p.forEach([1, 2], 'it', (each) => void each.follow(work.x), { concurrency: 1 }), isAtWork: true },
  'a call whose input is made': { define: ({ flows, p }, { answer }) => p.call(flows.registerFlow<never>('other'), 'it', () => answer.promise), isAtWork: true },
  'a call at work': {
    define({ flows, p }, { work }) {
      const other = flows.registerFlow<undefined>('other');
      other.process('q').follow(work.x, work.y);
      return p.call(other, 'it', () => undefined);
    },
    isAtWork: true,
  },
  'a step after a composite one': { define: ({ p }, { work }) => p.group((body) => void body.follow(work.x), 'before').next(work.y.run, 'it'), reach: first, isAtWork: true, isDone: true },
};

/** A run at a stage. */
interface Reached {
  readonly made: Bench;
  readonly hold: Hold;
  readonly run: Run;
}

export async function reached(stage: Stage, options: { readonly grace?: number } = {}): Promise<Reached> {
  const made = bench({ concurrency: 2 });
  const hold: Hold = { answer: gate<never>(), work: hands('x', 'y') };
  stage.define(made, hold);
  const run = made.flow.start(undefined, options);
  await settle();
  await stage.reach?.(made, hold, run);
  await settle();
  return { made, hold, run };
}

/** Lets everything that is at work end. */
export async function release({ answer, work }: Hold): Promise<void> {
  answer.open(true as never);
  for (const call of [...work.x.calls, ...work.y.calls]) if (call.status === 'running') call.succeed();
  await settle();
}

/** Whether the limit of the registry is whole: two steps are at work at once. */
export async function hasAllSlots(flows: Flows): Promise<boolean> {
  const { a, b, c } = hands('a', 'b', 'c');
  const flow = flows.registerFlow('probe');
  flow.process('p').parallel(a, b, c);
  const run = flow.start();
  await settle();
  const running = a.running + b.running + c.running;
  for (const step of [a, b, c]) await pass(run, step);
  await run.done;
  return running === 2;
}
