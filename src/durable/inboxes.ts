import type { Clock } from '../clock.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Message } from '../run/inbox.ts';
import { runEnded } from '../run/send-signal.ts';
import type { Codec } from './codec.ts';
import { signalOf, signalText } from './message-text.ts';
import { RunCodec } from './run-codec.ts';
import type { Message as StoredMessage, Store } from './store.ts';

/** What inboxes need. */
export interface InboxesOptions {
  readonly store: Store;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly owner: string;
  /** How often the store is asked for what other processes have sent, in milliseconds. */
  readonly pollMs: number;
  readonly problem: (error: unknown) => void;
  /** The run of this id that is at work here. */
  readonly live: (runId: string) => FlowRun | undefined;
  /** Waits for a row of a run that is on its way; resolves with false if there is none. */
  nextRow(runId: string): Promise<boolean>;
  /** There may be a run to go on with. */
  due(runId: string): void;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * The inboxes of recorded runs (ruling R17). A message is kept by the store before its run gets it, so that who goes on with the run has it
 * too; it leaves the store with the row that says what became of it.
 */
export class Inboxes {
  readonly #options: InboxesOptions;
  readonly #codec: RunCodec;
  /** The runs here that wait for a signal, and some that did. */
  readonly #waiting = new Set<FlowRun>();
  /** The messages that cannot be read here, and have been told of. */
  readonly #strange = new WeakMap<FlowRun, Set<string>>();
  #cancel: (() => void) | undefined = undefined;
  #isPolling = false;
  #isFailing = false;

  constructor(options: InboxesOptions) {
    this.#options = options;
    this.#codec = new RunCodec(options.codec);
  }

  /** From now on signals to a run at work here are kept. */
  follow(run: FlowRun): void {
    run.post = this.#post;
    run.onWait = this.#wait;
  }

  /** A run is not at work here any more. */
  forget(run: FlowRun): void {
    if (!this.#waiting.delete(run) || this.#waiting.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Hands messages to a run at work here; it takes each of them once. */
  deliver(run: FlowRun, messages: readonly StoredMessage[]): void {
    for (const message of messages) this.#deliver(run, message);
  }

  /** The messages that a run leaves in the inbox, although it knows them. */
  seenBy(run: FlowRun): readonly string[] {
    return [...run.unread.map(({ id }) => id), ...(this.#strange.get(run) ?? nothing)];
  }

  /**
   * Keeps a signal to a recorded run, and hands it to the run if it is at work here.
   *
   * @throws EncodeError - the payload cannot be brought back
   */
  async send(runId: string, signal: Message): Promise<'sent' | 'ended' | 'unknown'> {
    const { store, clock } = this.#options;
    const message = { id: signal.id, at: clock.now(), text: signalText(signal, this.#codec) };
    for (;;) {
      const answer = await store.post(runId, message);
      if (answer === 'posted') this.#arrived(runId, message);
      if (answer === 'posted' || answer === 'known') return 'sent';
      // the row is on its way that says that there is the run, or that it goes on although it had ended
      if (!(await this.#options.nextRow(runId))) return answer;
    }
  }

  /** Ends the polling. */
  close(): void {
    this.#waiting.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  readonly #post = async (message: Message, { id }: FlowRun): Promise<void> => {
    if ((await this.send(id, message)) !== 'sent') throw runEnded(id);
  };

  readonly #wait = (run: FlowRun): void => {
    this.#waiting.add(run);
    if (!this.#isPolling) this.#cancel ??= this.#later();
  };

  #arrived(runId: string, message: StoredMessage): void {
    const run = this.#options.live(runId);
    if (run === undefined) this.#options.due(runId);
    else this.#deliver(run, message);
  }

  #deliver(run: FlowRun, message: StoredMessage): void {
    if (run.isOver || this.#strange.get(run)?.has(message.id) === true) return;
    try {
      run.receive(signalOf(message, run.id, this.#codec)); // what it sees is what a resumed run would
    } catch (error) {
      this.#strange.set(run, (this.#strange.get(run) ?? new Set()).add(message.id));
      run.problem('signal', error, undefined);
    }
  }

  #later(): () => void {
    return this.#options.clock.setTimer(this.#options.pollMs, () => {
      this.#cancel = undefined;
      void this.#poll();
    });
  }

  /** Asks for what other processes have sent, as long as a run waits for a signal. */
  async #poll(): Promise<void> {
    const { store, owner, live, problem } = this.#options;
    for (const run of this.#waiting) if (run.isOver || !run.awaitsSignal) this.#waiting.delete(run);
    if (this.#waiting.size === 0) return;
    this.#isPolling = true;
    try {
      for (const { runId, message } of await store.messages(owner)) {
        const run = live(runId);
        if (run !== undefined) this.#deliver(run, message);
      }
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) problem(error);
      this.#isFailing = true;
    }
    this.#isPolling = false;
    if (this.#waiting.size > 0) this.#cancel ??= this.#later();
  }
}
