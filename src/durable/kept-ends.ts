import type { WorkedOutcome } from '../define/callbacks.ts';
import { CallbackError, TimeoutError } from '../errors.ts';
import { EncodeError } from './codec-errors.ts';
import { CrashedError } from './crashed-error.ts';
import type { Draft } from './draft.ts';
import type { BreakPoint, EncodedWrite, FailureKind } from './entry.ts';
import type { RunCodec } from './run-codec.ts';

/** How a node ended, as text. */
export interface Kept {
  readonly v?: string;
  readonly e?: string;
  readonly w?: readonly EncodedWrite[];
}

interface Keeper {
  readonly codec: RunCodec;
  /** Whether others get what a run that goes on would read. */
  readonly isStrict: boolean;
  problem(error: Error, path: string): void;
}

interface Ended {
  readonly path: string;
  /** Whether its value is made again of what is recorded otherwise. */
  readonly isRebuilt: boolean;
  readonly writes: readonly (readonly [key: unknown, value: unknown])[];
  /** Takes a copy of what was set, in a strict run. */
  readonly writeBack?: ((key: unknown, value: unknown) => void) | undefined;
}

/** Returns how something ended as text, and the end that counts: one with a value that cannot be recorded is a failure. */
export function keptEnd(keeper: Keeper, end: WorkedOutcome, { path, isRebuilt, writes, writeBack }: Ended): readonly [Kept, WorkedOutcome] {
  const { codec } = keeper;
  try {
    const kept: Draft<Kept> = {};
    if (writes.length > 0) kept.w = codec.writes(writes);
    if (end.status === 'succeeded' && end.value !== undefined && !isRebuilt) kept.v = codec.value(end.value);
    if (end.status === 'failed') kept.e = codec.error(end.error);
    return keeper.isStrict ? [kept, decodedEnd(codec, end, kept, writes, writeBack)] : [kept, end];
  } catch (thrown) {
    const error = codec.notEncoded(thrown, `'${path}'`);
    if (end.status === 'succeeded') return [{ e: codec.error(error) }, { status: 'failed', error }];
    keeper.problem(error, path);
    return [end.status === 'failed' ? { e: codec.error(end.error) } : {}, end];
  }
}

/** What others get in a strict run. */
function decodedEnd(codec: RunCodec, end: WorkedOutcome, { v, w }: Kept, writes: Ended['writes'], writeBack: Ended['writeBack']): WorkedOutcome {
  w?.forEach(([, , text], at) => writeBack?.(writes[at]?.[0], codec.decode(text)));
  return end.status === 'succeeded' && v !== undefined ? { status: 'succeeded', value: codec.decode(v) } : end;
}

export function kindOf(error: unknown): FailureKind {
  if (error instanceof CallbackError) return 'callback';
  if (error instanceof TimeoutError) return 'timeout';
  if (error instanceof CrashedError) return 'crashes';
  return error instanceof EncodeError ? 'encode' : 'error';
}

/**
 * Returns which callback broke a node off.
 *
 * @param step - the path of a step, which may fail with what a callback of another one threw: one inside of it, or one of another run
 */
export function breakPointOf(error: unknown, step: string | undefined): BreakPoint | undefined {
  if (!(error instanceof CallbackError) || (step !== undefined && error.unit !== step)) return undefined;
  const { kind, level, order } = error.callback;
  return { stage: kind.startsWith('before') ? 'before' : 'after', level, order };
}
