import { OPEN_EDGE } from '../../graph/edges.ts';

/*
 * One number per node holds everything the kernel knows of it: bits 0 to 3 the state, bits 4 to 6 what its edges have
 * brought so far, the rest how many edges are still open. A waiting node with no open edge and no flag is 0: ready.
 */

/** States of a node that has not ended. */
export const WAITING = 0;
export const RUNNING = 1;
/** At work, but its own time is up: its signal has aborted and whatever it does now, it has failed. */
export const EXPIRED = 2;
/** At work, but its signal has aborted because of a stop: a value still counts. */
export const ABORTED = 3;
/** Between two attempts. */
export const PARKED = 4;
/** At work, but its function has ended for good: only callbacks are left, which no timeout and no plain stop can end. */
export const RETURNED = 5;

/** Outcomes: every state from here on is final. */
export const SUCCEEDED = 8;
export const SKIPPED = 9;
export const NOT_TAKEN = 10;
export const FAILED = 11;
export const CANCELLED = 12;
export const STOPPED = 13;
/** Skipped by its condition, and what waits for it is not taken. */
export const PASSED_ON = 14;
export const FIRST_OUTCOME: number = SUCCEEDED;

export const STATE: number = 0b1111;
/** An edge brought "not taken". */
export const BRANCHED: number = 1 << 4;
/** An edge brought "go". */
export const WENT: number = 1 << 5;
/** An edge brought "cancel" and the node waits for the others all the same. */
export const BROKE: number = 1 << 6;
/** One open edge. */
export const ONE: number = OPEN_EDGE;
