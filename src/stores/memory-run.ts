import type { Append, ClaimRequest, Message, NewRun, RunHead, StoredRow, StoredRun, StoredStatus } from '../durable/store.ts';
import { MemoryInbox } from './memory-inbox.ts';

const nothing: readonly Message[] = Object.freeze([]);

/** One run of a store in memory. */
export class MemoryRun {
  readonly runId: string;
  readonly flow: string;
  readonly createdAt: number;
  /** How many runs were added to the store up to this one. */
  readonly number: number;
  leaseUntil: number;
  readonly #fingerprint: string;
  readonly #rows = new Map<number, { readonly row: StoredRow; readonly isClaim: boolean }>();
  #owner: string | undefined;
  #epoch: number;
  #status: StoredStatus = 'running';
  #wakeAt: number | undefined;
  #dueAt: number;
  #endedAt = Infinity;
  #snapshot: StoredRun['snapshot'];
  #last = 0;
  /** Made for its first message. */
  #inbox: MemoryInbox | undefined;

  constructor({ runId, flow, fingerprint, owner, leaseUntil, row }: NewRun, number: number) {
    this.runId = runId;
    this.flow = flow;
    this.createdAt = row.at;
    this.number = number;
    this.leaseUntil = leaseUntil;
    this.#fingerprint = fingerprint;
    this.#owner = owner;
    this.#epoch = owner === undefined ? 0 : 1;
    this.#dueAt = row.at;
    this.#add(row, false);
  }

  get owner(): string | undefined {
    return this.#owner;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get status(): StoredStatus {
    return this.#status;
  }

  /** Since when, or from when on, it can be claimed while it has not ended: it is due, and no lease holds. */
  get freeAt(): number {
    return this.#owner === undefined ? this.#dueAt : Math.max(this.#dueAt, this.leaseUntil);
  }

  /** The messages that were not consumed yet. */
  get unread(): readonly Message[] {
    return this.#inbox?.unread ?? nothing;
  }

  /** When it ended; infinite while it has not. */
  get endedAt(): number {
    return this.#endedAt;
  }

  isHeldByAnother(owner: string, now: number): boolean {
    return this.#owner !== undefined && this.#owner !== owner && this.leaseUntil > now;
  }

  append(append: Append): boolean {
    if (this.#rows.has(append.row.seq)) return false;
    this.#add(append.row, false);
    this.amend(append);
    return true;
  }

  /** What a row changes about its run. */
  amend({ row, status, wakeAt, snapshot, consumed, release, seen = [] }: Append): void {
    if (status !== undefined) {
      this.#status = status;
      this.#endedAt = status === 'running' ? Infinity : row.at;
      if (status !== 'running') this.release();
    }
    if (wakeAt !== undefined) {
      this.#wakeAt = wakeAt ?? undefined;
      this.#dueAt = wakeAt ?? row.at;
    }
    if (snapshot !== undefined) this.#compact(row.seq, snapshot);
    if (consumed !== undefined) this.#inbox?.consume(consumed);
    if (release === true) {
      this.release();
      if (this.#inbox?.hasMoreThan(seen) === true) this.#wake(row.at);
    }
  }

  post(message: Message): 'posted' | 'known' | 'ended' {
    if (this.#inbox?.knows(message.id) === true) return 'known';
    if (this.#status !== 'running') return 'ended';
    this.#inbox ??= new MemoryInbox();
    this.#inbox.add(message);
    this.#wake(message.at);
    return 'posted';
  }

  claim({ owner, leaseUntil, now }: ClaimRequest, text: string): StoredRun {
    this.#owner = owner;
    this.leaseUntil = leaseUntil;
    this.#epoch += 1;
    this.#add({ seq: this.#last + 1, at: now, text }, true);
    return this.stored();
  }

  release(): void {
    this.#owner = undefined;
    this.leaseUntil = 0;
  }

  head(): RunHead {
    return {
      runId: this.runId,
      flow: this.flow,
      fingerprint: this.#fingerprint,
      status: this.#status,
      createdAt: this.createdAt,
      updatedAt: this.#rows.get(this.#last)?.row.at ?? this.createdAt,
      wakeAt: this.#wakeAt,
      owner: this.#owner,
      epoch: this.#epoch,
      leaseUntil: this.leaseUntil,
    };
  }

  stored(): StoredRun {
    const from = this.#snapshot?.seq ?? 0;
    const rows = [...this.#rows.values()].map(({ row }) => row).filter(({ seq }) => seq > from);
    return { head: this.head(), snapshot: this.#snapshot, rows: rows.sort((a, b) => a.seq - b.seq), messages: this.unread };
  }

  /** It does not lose its place among those that are due already. */
  #wake(at: number): void {
    this.#wakeAt = undefined;
    this.#dueAt = Math.min(this.#dueAt, at);
  }

  #add({ seq, at, text }: StoredRow, isClaim: boolean): void {
    this.#rows.set(seq, { row: Object.freeze({ seq, at, text }), isClaim });
    this.#last = Math.max(this.#last, seq);
  }

  /** Drops what the snapshot contains, except claims: a late owner would find its next number free. The last row keeps its number. */
  #compact(upTo: number, text: string): void {
    this.#snapshot = Object.freeze({ seq: upTo, text });
    for (const [seq, { isClaim }] of this.#rows) if (seq < upTo && !isClaim) this.#rows.delete(seq);
  }
}
