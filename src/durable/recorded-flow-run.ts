import type { Clock } from '../clock.ts';
import type { FlowRun } from '../run/flow-run.ts';
import type { Kernel } from '../run/kernel/kernel.ts';
import type { Entry } from './entry.ts';
import type { RunCodec } from './run-codec.ts';
import type { RecordedRun } from './run-journal.ts';

/** What is known of the journal of a run before it goes on. */
interface Known extends Pick<RecordedRun, 'seq' | 'known' | 'seen' | 'isKept'> {
  readonly first: readonly Entry[];
}

/** A whole run, as its journal sees it. */
export class RecordedFlowRun implements RecordedRun {
  readonly codec: RunCodec;
  readonly kernel: Kernel;
  readonly seq: number;
  readonly seen: number;
  readonly known: Iterable<number>;
  readonly first: readonly Entry[];
  readonly isKept: boolean;
  readonly #run: FlowRun;
  readonly #clock: Clock;

  constructor(run: FlowRun, codec: RunCodec, clock: Clock, { seq, known, seen, first, isKept }: Known) {
    this.#run = run;
    this.#clock = clock;
    this.codec = codec;
    this.kernel = run.kernel;
    this.seq = seq;
    this.seen = seen;
    this.known = known;
    this.first = first;
    this.isKept = isKept;
  }

  get writeBack(): RecordedRun['writeBack'] {
    return this.#run.writeBack;
  }

  startedAt(): number {
    return this.#run.startedAt;
  }

  now(): number {
    return this.#clock.now();
  }

  writesOf(node: number): readonly (readonly [key: unknown, value: unknown])[] {
    return this.#run.writes?.of(node) ?? nothing;
  }

  problem(error: Error, path: string): void {
    this.#run.problem('persist', error, path);
  }
}

const nothing: readonly (readonly [key: unknown, value: unknown])[] = [];
