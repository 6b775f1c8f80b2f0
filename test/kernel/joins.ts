import { type Cause, createFlows, failed, type Outcome, type Process, type StepContext, type Timing } from 'millrace';
import { settle } from 'millrace/testing';
import type { Handle } from '../../src/define/handle.ts';
import { compile } from '../../src/graph/compile.ts';
import { Kernel } from '../../src/run/kernel/kernel.ts';
import { outcomeOf } from '../../src/run/outcomes.ts';
import { unhindered } from './drive.ts';

/** How the step in question ends: the rows of the table in design.md, section 2. */
export const endings = ['succeeded', 'skipped', 'not-taken', 'failed', 'cancelled', 'stopped'] as const;
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

interface Scene {
  readonly process: Process<undefined>;
  readonly reader: Handle;
}

/**
 *   ok ── never (only if ok failed)     x, z: as asked      y: succeeds     bad: fails
 *   all of these ── reader, by the timings of the row
 */
function scene(ending: EndingOfX, timings: (cast: Cast) => readonly Timing[]): Scene {
  const process = createFlows().flowWithProcess('p');
  const fine = (): string => 'done';
  const wrong = (): never => {
    throw new Error('no space left');
  };
  const works = { failed: wrong, stopped: untilAborted, succeeded: fine, skipped: fine, 'not-taken': fine, cancelled: fine };
  const ok = process.customStep(fine, 'ok');
  const bad = process.customStep(wrong, 'bad');
  const never = process.customStep(fine, 'never', failed(ok));
  const alone = process.parallel({ x: works[ending] as typeof fine });
  const pair = process.parallel({ z: works[ending] as typeof fine, y: fine });
  for (const step of [alone.steps.x, pair.steps.z]) {
    if (ending === 'not-taken') step.after(failed(ok));
    if (ending === 'cancelled') step.after(bad);
  }
  const cast = { x: alone.steps.x, ok, bad, never, alone, pair };
  const reader = process.customStep(() => 'ran', 'reader', ...timings(cast));
  return { process, reader: reader as unknown as Handle }; // the class behind every handle
}

function untilAborted(s: StepContext): Promise<never> {
  return new Promise((_, reject) => s.signal.addEventListener('abort', () => reject(s.signal.reason as Error)));
}

/** Runs the scene and says what became of the reader: `runs`, or how it ended and because of which steps. */
export async function whatBecomes(ending: EndingOfX, timings: (cast: Cast) => readonly Timing[]): Promise<string> {
  const { process, reader } = scene(ending, timings);
  if (ending === 'skipped') return inWords(withSkips(reader));
  const run = process.flow.start(undefined);
  await settle();
  if (ending === 'stopped') run.stop('enough', { mode: 'abort' });
  const result = await run.done;
  const asked = result.outcome('x');
  const reached = asked.status === 'skipped' ? 'not-taken' : asked.status;
  if (reached !== ending) throw new Error(`x ended ${reached}, not ${ending}`);
  return inWords(result.outcome('reader'));
}

/** There are no conditions yet: only the kernel can be told that a step is passed over. */
function withSkips(reader: Handle): Outcome {
  const { template } = compile(reader.spec.process.flow, { retry: undefined, timeoutMs: undefined, processTimeoutMs: undefined });
  const kernel = new Kernel(template, unhindered);
  for (let node = kernel.take(); node >= 0; node = kernel.take()) {
    const { name } = template.steps[node]!;
    if (name === 'x' || name === 'z') kernel.skip(node);
    else if (name === 'bad') kernel.fail(node, new Error('no space left'), undefined);
    else kernel.succeed(node, 'done');
  }
  return outcomeOf(kernel, template.steps.findIndex((step) => step.name === 'reader'));
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
