import type { WorkedOutcome } from '../define/callbacks.ts';
import type { Agenda } from './agenda.ts';
import type { Alarm } from './alarm.ts';
import type { ContextRun } from './context.ts';
import type { RunEvents } from './events.ts';
import type { Gate } from './gate.ts';
import type { Inbox } from './inbox.ts';
import type { Journal, ScopeJournal } from './journal.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';

/** What all scopes of one run share. */
export interface WholeRun {
  readonly id: string;
  /** Whether nothing is done before what leads to it is recorded. */
  readonly isAhead: boolean;
  /** Whether nothing that happens counts any more. */
  readonly isRefused: boolean;
  readonly agenda: Agenda;
  readonly inbox: Inbox;
  /** Says which functions may be called, if not all may. */
  readonly gate: Gate | undefined;
  readonly events: RunEvents | undefined;
  readonly journal: Journal | undefined;
  /** The paths of steps in bodies that were still at work when the run went on without them. */
  leftBehind: string[] | undefined;
  /** Does something once everything that was recorded so far is kept. */
  hold(work: () => void): void;
  /** The same for a node at work, which holds a slot of the registry. */
  holdAtWork(work: () => void): void;
  /** A scope has something to do, before the next row. */
  touch(scope: Touched): void;
  pump(): void;
}

/** A scope whose run is recorded. */
export interface Touched {
  /** Takes what may start, to be called when that is recorded. */
  settle(): void;
}

/** The scope in which a composite step is at work. */
export interface WorkHost extends ContextRun {
  readonly whole: WholeRun;
  readonly alarm: Alarm;
  readonly settings: RunSettings;
  readonly around: Surroundings;
  readonly journal: ScopeJournal | undefined;
  readonly isPaused: boolean;
  /** How many flows have been called, one by the other. */
  readonly callDepth: number;
  /** Which time it is that its body runs, or one around it; 0 where nothing repeats. */
  readonly turn: number;
  keyAt(node: number): string;
  hold(work: () => void): void;
  holdAtWork(work: () => void): void;
  /** A composite step has ended. */
  workEnded(node: number, end: WorkedOutcome): void;
  /** The functions of a composite step are to end. */
  abortWork(node: number, reason: Error): void;
  /** A composite step wants to be woken. */
  wakeWorkAt(node: number, at: number): void;
}
