import type { Clock } from '../clock.ts';
import { durationMs, timeoutMs } from '../define/duration.ts';
import { checkedLimit } from '../define/limit.ts';
import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import type { RunOptions } from '../define/run.ts';
import { InvalidOptionError } from '../errors.ts';
import { shown } from '../define/shown.ts';
import type { Template } from '../graph/template.ts';
import type { RunSettings } from './run-settings.ts';
import { Turns } from './turns.ts';

const defaultGraceMs = 5_000;
const optionNames: OptionNames<RunOptions> = {
  signal: true,
  runId: true,
  concurrency: true,
  flowTimeout: true,
  grace: true,
  clock: true,
  strict: true,
  schedule: true,
  onFailure: true,
};

/** What a registry says about all its runs. */
export interface Defaults {
  readonly clock: Clock;
  readonly yieldAfterMs: number;
  readonly turns: Turns;
  readonly strict: boolean;
}

/** Refuses what is not a clock. */
export function checkClock(clock: Clock, what: string): Clock {
  for (const method of ['now', 'monotonic', 'setTimer', 'yield'] as const) {
    if (typeof (clock as Partial<Clock> | null)?.[method] !== 'function') {
      throw new InvalidOptionError('invalid-option', `the clock of ${what} is ${shown(clock)} without the method ${method}; give a Clock, or leave it out`);
    }
  }
  return clock;
}

/** Refuses what is not a boolean. */
export function checkStrict(strict: boolean, what: string): boolean {
  if (typeof strict === 'boolean') return strict;
  throw new InvalidOptionError('invalid-option', `the option 'strict' of ${what} is ${shown(strict)}; give true or false, or leave it out`);
}

/** Checks the options of a run and fills in what the flow and the registry say. */
export function runSettings(options: RunOptions | undefined, template: Template, defaults: Defaults): RunSettings {
  const { clock, turns, strict } = defaults;
  const flow = template.regions[0];
  if (options === undefined) {
    const flowTimeoutMs = flow?.timeoutMs;
    return { runId: undefined, signal: undefined, clock, limit: Infinity, place: undefined, flowTimeoutMs, graceMs: defaultGraceMs, ...eager, strict, turns };
  }
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('invalid-option', `the options of a run are of type ${options === null ? 'null' : typeof options}; give an object, or leave them out`);
  }
  checkOptionNames(options, optionNames, 'a run');
  const { runId, signal, concurrency, flowTimeout, grace } = options;
  if (runId !== undefined && (typeof runId !== 'string' || runId === '')) {
    throw new InvalidOptionError('invalid-option', `the run id is ${typeof runId === 'string' ? 'empty' : `of type ${typeof runId}`}; give a string, or leave it out`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidOptionError('invalid-option', `the signal of a run is of type ${typeof signal}; give an AbortSignal`);
  }
  if (options.clock !== undefined) checkClock(options.clock, 'a run');
  return {
    runId,
    signal,
    clock: options.clock ?? clock,
    limit: concurrency === undefined ? Infinity : checkedLimit(concurrency, 'a run'),
    place: undefined,
    flowTimeoutMs: flowTimeout === undefined ? flow?.timeoutMs : timeoutMs(flowTimeout, 'the flow timeout of a run'),
    graceMs: grace === undefined ? defaultGraceMs : durationMs(grace, 'the grace of a run'),
    ...scheduling(options),
    strict: options.strict === undefined ? strict : checkStrict(options.strict, 'a run'),
    turns: options.clock === undefined ? turns : new Turns(options.clock, defaults.yieldAfterMs),
  };
}

type Scheduling = Pick<RunSettings, 'tiered' | 'failFast' | 'finishTier'>;

const eager: Scheduling = { tiered: false, failFast: false, finishTier: false };

function scheduling({ schedule = 'eager', onFailure }: RunOptions): Scheduling {
  if (schedule !== 'eager' && schedule !== 'tiers') {
    throw new InvalidOptionError('invalid-option', `the schedule of a run is ${shown(schedule)}; give 'eager' or 'tiers'`);
  }
  const tiered = schedule === 'tiers';
  const policy = onFailure ?? (tiered ? 'finish-tier' : 'continue');
  if (policy !== 'continue' && policy !== 'fail-fast' && !(tiered && policy === 'finish-tier')) {
    const todo = tiered ? "'finish-tier', 'fail-fast' or 'continue'" : "'continue' or 'fail-fast'";
    throw new InvalidOptionError('invalid-option', `onFailure is ${shown(policy)}, which does not go with the schedule '${schedule}'; give ${todo}`);
  }
  return { tiered, failFast: policy === 'fail-fast', finishTier: policy === 'finish-tier' };
}
