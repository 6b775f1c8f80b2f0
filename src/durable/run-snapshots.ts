import type { FlowSnapshot } from '../define/flow-snapshot.ts';
import type { FlowSpec } from '../define/spec.ts';
import { notRecorded } from '../run/not-recoverable.ts';
import type { Message } from '../run/inbox.ts';
import { flowSnapshot, type KeptSignal } from './apply/applied-snapshot.ts';
import type { Codec } from './codec.ts';
import { fold } from './fold.ts';
import { signalOf } from './message-text.ts';
import type { Recording } from './recording.ts';
import { RunCodec } from './run-codec.ts';
import { unknownRun } from './signalling.ts';
import { stateOf } from './state-of.ts';
import type { Store } from './store.ts';

/** What making snapshots of runs needs. */
export interface RunSnapshotsOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly recording: Recording;
  durabilityOf(flow: FlowSpec): 'step' | 'exit' | 'none';
}

/** Says where recorded runs are. */
export class RunSnapshots {
  readonly #options: RunSnapshotsOptions;

  constructor(options: RunSnapshotsOptions) {
    this.#options = options;
  }

  /** What is recorded of a run when everything that it has done by now is kept. */
  async of(runId: string, flow: FlowSpec): Promise<FlowSnapshot> {
    const { store, codec: plain, recording } = this.#options;
    if (this.#options.durabilityOf(flow) === 'none') throw notRecorded(runId);
    await recording.recorderOf(runId)?.kept();
    const stored = await store.load(runId);
    const before = stored && stateOf(stored);
    const live = recording.recorderOf(runId);
    const { unwritten } = live ?? {};
    const state = unwritten?.seq === (before?.seq ?? 0) + 1 ? fold([unwritten], before) : before; // it may have been written meanwhile
    if (state === undefined) throw unknownRun(runId);
    const codec = new RunCodec(plain);
    const messages = (stored?.messages ?? []).map((message) => signalOf(message, runId, codec));
    const signals = new Map([...messages, ...(live?.run.unread ?? [])].map((message) => [message.id, signalIn(message, codec)]));
    return flowSnapshot({ runId, state, signals: [...signals.values()], known: [] });
  }
}

function signalIn({ id, to, payload }: Message, codec: RunCodec): KeptSignal {
  return { id, to, payload: codec.value(payload) };
}
