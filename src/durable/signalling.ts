import type { SendOptions } from '../define/run.ts';
import type { FlowSpec } from '../define/spec.ts';
import { shown } from '../define/shown.ts';
import { FlowError } from '../errors.ts';
import { checkedMessage, runEnded, sendSignal } from '../run/send-signal.ts';
import type { Recording } from './recording.ts';
import type { RunHead, Store } from './store.ts';

/** What sending signals needs. */
export interface SignallingOptions {
  readonly store: Store;
  readonly recording: Recording;
  readonly flowOf: (head: RunHead) => FlowSpec;
  readonly ids: () => string;
}

/** Sends signals to recorded runs, wherever they are. */
export class Signalling {
  readonly #options: SignallingOptions;

  constructor(options: SignallingOptions) {
    this.#options = options;
  }

  async send(runId: string, to: string, payload: unknown, options: SendOptions = {}): Promise<void> {
    const { store, recording, flowOf, ids } = this.#options;
    await Promise.resolve(); // a run that was started a moment ago begins in the next microtask
    recording.assertOpen();
    const live = recording.live(runId);
    if (live !== undefined) return sendSignal(live, to, payload, options);
    const stored = await store.load(runId);
    if (stored === undefined) throw unknownRun(runId);
    const message = await checkedMessage(flowOf(stored.head), to, payload, options, ids);
    const answer = await recording.inboxes.send(runId, message);
    if (answer === 'ended') throw runEnded(runId);
    if (answer === 'unknown') throw unknownRun(runId);
  }
}

/** The error of a run that is not recorded. */
export function unknownRun(runId: string): FlowError {
  return new FlowError('unknown-run', `there is no recorded run ${shown(runId)}; look for it with flows.runs`);
}
