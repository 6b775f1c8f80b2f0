import assert from 'node:assert/strict';
import { systemClock } from '../../clock.ts';
import type { Append, ClaimRequest, Message, NewRun, RunHead, Store, StoredRow, StoredRun } from '../../durable/store.ts';

/** What a requirement is checked on. */
export interface Kit {
  /** A store that has nothing in it. */
  readonly store: Store;
  /** Opens the same data once more. */
  readonly again: () => Promise<Store>;
}

/** One thing that is asked of a store: a sentence, and how it is checked. */
export interface Requirement {
  readonly title: string;
  /** It takes two handles on the same data. */
  readonly needsTwo?: true;
  check(kit: Kit): Promise<void>;
}

/** Long enough that no boundary matters: a store may use a clock of its own. */
export const HOUR: number = 3_600_000;

/** The time at which the suite is loaded. */
export const NOW: number = systemClock.now();

export const first: string = JSON.stringify([{ t: 'created' }]);

/** Returns a run that `anna` has at work. */
export function newRun(runId: string, changes: Partial<Omit<NewRun, 'row'>> & { readonly at?: number; readonly text?: string } = {}): NewRun {
  const { at = NOW, text = first, ...rest } = changes;
  return { runId, flow: 'order', fingerprint: 'f1', owner: 'anna', leaseUntil: NOW + HOUR, row: { seq: 1, at, text }, ...rest };
}

/** Adds runs. */
export async function addAll(store: Store, ...runs: readonly NewRun[]): Promise<void> {
  for (const run of runs) assert.equal(await store.create(run), true, `create of '${run.runId}' does not resolve with true`);
}

/** Returns a row to append. */
export function append(runId: string, seq: number, changes: Partial<Omit<Append, 'row' | 'runId'>> & { readonly at?: number; readonly text?: string } = {}): Append {
  const { at = NOW + seq, text = textOf(runId, seq), ...rest } = changes;
  return { runId, row: { seq, at, text }, ...rest };
}

export function textOf(runId: string, seq: number): string {
  return JSON.stringify([{ t: 'started', p: `${runId}/${seq}` }]);
}

/** Returns a message. */
export function message(id: string, changes: Partial<Omit<Message, 'id'>> = {}): Message {
  return { id, at: NOW, text: JSON.stringify({ says: id }), ...changes };
}

/** Posts messages to a run one after the other, and asserts that all were added. */
export async function postAll(store: Store, runId: string, ...messages: readonly Message[]): Promise<void> {
  for (const one of messages) assert.equal(await store.post(runId, one), 'posted', `post of '${one.id}'`);
}

/** Asserts which messages to a run were not consumed. */
export async function assertInbox(store: Store, runId: string, ...messages: readonly Message[]): Promise<void> {
  assert.deepEqual(messagesOf(await loaded(store, runId)), messages);
}

/** Appends rows, and asserts that all were kept. */
export async function appendAll(store: Store, ...rows: readonly Append[]): Promise<void> {
  assert.deepEqual([...(await store.append(rows))], rows.map(() => true));
}

/** Returns a claim by `bert`. */
export function claim(changes: Partial<ClaimRequest> = {}): ClaimRequest {
  return { owner: 'bert', now: NOW, leaseUntil: NOW + HOUR, limit: 100, text: (epoch) => claimText('bert', epoch), ...changes };
}

export function claimText(owner: string, epoch: number): string {
  return JSON.stringify([{ t: 'claimed', owner, epoch }]);
}

/** Returns the run, and asserts that it is there. */
export async function loaded(store: Store, runId: string): Promise<StoredRun> {
  const run = await store.load(runId);
  assert.ok(run !== undefined, `run '${runId}' is not there`);
  return run;
}

/** Asserts that the journal of a run, after its snapshot, has these rows. */
export async function assertRows(store: Store, runId: string, rows: readonly StoredRow[]): Promise<void> {
  assert.deepEqual(rowsOf(await loaded(store, runId)), rows);
}

/** Asserts what a store says of a run. */
export function assertHead(head: RunHead, expected: Partial<RunHead>): void {
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(head[name as keyof RunHead], value, `${name} of run '${head.runId}'`);
}

/** Returns the rows with nothing that a store may have added to them. */
export function rowsOf(run: StoredRun): readonly StoredRow[] {
  return run.rows.map(({ seq, at, text }) => ({ seq, at, text }));
}

/** Returns the messages with nothing that a store may have added to them. */
export function messagesOf(run: StoredRun): readonly Message[] {
  return run.messages.map(messageFacts);
}

/** Returns a message with nothing that a store may have added to it. */
export function messageFacts({ id, at, text }: Message): Message {
  return { id, at, text };
}

/** Returns everything about a run in a form that can be compared. */
export function factsOf(run: StoredRun): unknown {
  const { head, snapshot, damage } = run;
  return { head: headFacts(head), snapshot: snapshot && { seq: snapshot.seq, text: snapshot.text }, rows: rowsOf(run), messages: messagesOf(run), damage };
}

/** Returns a head with nothing that a store may have added to it. */
export function headFacts(head: RunHead): RunHead {
  const { runId, flow, fingerprint, status, createdAt, updatedAt, wakeAt, owner, epoch, leaseUntil } = head;
  return { runId, flow, fingerprint, status, createdAt, updatedAt, wakeAt, owner, epoch, leaseUntil };
}

export function idsOf(runs: readonly StoredRun[]): readonly string[] {
  return runs.map(({ head }) => head.runId);
}
