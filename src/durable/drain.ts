import { type Clock, LONGEST_TIMER_MS } from '../clock.ts';
import { durationMs } from '../define/duration.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import { InvalidOptionError } from '../errors.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { LiveRun } from './live-run.ts';
import type { DrainOptions } from './worker-options.ts';

const optionNames: OptionNames<DrainOptions> = { grace: true };
const defaultGraceMs = 5_000;

/** @throws InvalidOptionError - an option cannot be meant */
export function drainMs(options: DrainOptions, what: string): number {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new InvalidOptionError('invalid-option', `the options of ${what} are ${shown(options)}; give an object, or leave them out`);
  }
  checkOptionNames(options, optionNames, what);
  return options.grace === undefined ? defaultGraceMs : durationMs(options.grace, `the grace of ${what}`);
}

/** Resolves when a run has ended, or everything that it did is kept and it does nothing by itself until a moment. */
export function endedOrAtRest(run: FlowRun, recorder: LiveRun | undefined, until: number): Promise<void> {
  const isPaused = (): boolean => run.isPaused && run.kernel.atWork === 0;
  const isAtRest = (): boolean => recorder?.isQuiet === true && (isPaused() || (run.restsUntil ?? -Infinity) > until);
  return new Promise((resolve) => {
    const before = run.onRest;
    const rested = (): void => {
      before?.();
      if (isAtRest()) resolve();
    };
    run.onRest = rested;
    const ended = (): void => resolve();
    run.done.then(ended, ended);
    void recorder?.kept().then(rested);
  });
}

/** Waits until everything is settled, or for some time at most. */
export async function settledWithin(graceMs: number, promises: readonly Promise<unknown>[], clock: Clock): Promise<void> {
  if (promises.length === 0 || graceMs === 0) return;
  let cancel: (() => void) | undefined;
  const over = new Promise<void>((resolve) => {
    cancel = clock.setTimer(Math.min(graceMs, LONGEST_TIMER_MS), resolve);
  });
  await Promise.race([Promise.allSettled(promises), over]);
  cancel?.();
}
