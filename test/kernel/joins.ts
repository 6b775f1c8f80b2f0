import { type Cause, createFlows, failed, type Outcome, type Process, type StepContext, type Timing } from 'millrace';
import { settle } from 'millrace/testing';

/** How the step in question ends: the rows of the table in design.md, section 2. The last one is skipped with its dependents. */
export const endings = ['succeeded', 'skipped', 'not-taken', 'failed', 'cancelled', 'stopped', 'passed on'] as const;
export type EndingOfX = (typeof endings)[number];

/** What a timing is made from: `x` and `z` end as asked, the others always alike. */
export interface Cast {
  readonly x: Timing;
  readonly ok: Timing;
  readonly bad: Timing;
  readonly never: Timing;
  /** A group of `x` alone. */
  readonly alone: Timing;
  /** A group of `z`, which ends like `x`, and `y`, which succeeds. */
  readonly pair: Timing;
}

/**
 *   ok ── never (only if ok failed)     x, z: as asked      y: succeeds     bad: fails
 *   all of these ── reader, by the timings of the row
 */
function scene(ending: EndingOfX, timings: (cast: Cast) => readonly Timing[]): Process<undefined> {
  const process = createFlows().flowWithProcess('p');
  const fine = (): string => 'done';
  const wrong = (): never => {
    throw new Error('no space left');
  };
  const works = { failed: wrong, stopped: untilAborted, succeeded: fine, skipped: fine, 'not-taken': fine, cancelled: fine, 'passed on': fine };
  const ok = process.customStep(fine, 'ok');
  const bad = process.customStep(wrong, 'bad');
  const never = process.customStep(fine, 'never', failed(ok));
  const alone = process.parallel({ x: works[ending] as typeof fine });
  const pair = process.parallel({ z: works[ending] as typeof fine, y: fine });
  for (const step of [alone.steps.x, pair.steps.z]) {
    if (ending === 'not-taken') step.after(failed(ok));
    if (ending === 'cancelled') step.after(bad);
    if (ending === 'skipped' || ending === 'passed on') step.when(() => false);
    if (ending === 'passed on') step.skipWithDependents();
  }
  const cast = { x: alone.steps.x, ok, bad, never, alone, pair };
  process.customStep(() => 'ran', 'reader', ...timings(cast));
  return process;
}

function untilAborted(s: StepContext): Promise<never> {
  return new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error)));
}

/** Runs the scene and says what became of the reader: `runs`, or how it ended and because of which steps. */
export async function whatBecomes(ending: EndingOfX, timings: (cast: Cast) => readonly Timing[]): Promise<string> {
  const run = scene(ending, timings).flow.start(undefined);
  await settle();
  if (ending === 'stopped') run.stop('enough', { mode: 'abort' });
  const result = await run.done;
  const reached = endingOf(result.outcome('x'));
  if (reached !== (ending === 'passed on' ? 'skipped' : ending)) throw new Error(`x ended ${reached}, not ${ending}`);
  return inWords(result.outcome('reader'));
}

/** Nobody can see from the outcome of a step whether it passed itself on. */
function endingOf(outcome: Outcome): string {
  return outcome.status === 'skipped' && outcome.reason.kind === 'branch' ? 'not-taken' : outcome.status;
}

/** An outcome as the table writes it. */
export function inWords(outcome: Outcome): string {
  const names = (because: readonly Cause[]): string => because.map(({ path }) => path.slice(path.indexOf('/') + 1)).join(', ');
  switch (outcome.status) {
    case 'succeeded':
      return 'runs';
    case 'cancelled':
      return `cancelled ← ${names(outcome.because)}`;
    case 'skipped':
      return outcome.reason.kind === 'branch' ? `not taken ← ${names(outcome.reason.because)}` : `skipped by ${outcome.reason.kind}`;
    case 'failed':
    case 'stopped':
      return outcome.status;
    default:
      return outcome satisfies never;
  }
}
