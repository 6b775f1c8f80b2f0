import { shown } from '../define/shown.ts';
import type { RunPage, RunQuery } from '../durable/store.ts';
import { InvalidOptionError } from '../errors.ts';

const PAGE = 100;

/** Where a page ended: the run before it was created then, and was the nth one to be added. */
export interface Mark {
  readonly createdAt: number;
  readonly number: number;
}

/**
 * Returns how many runs a page has.
 *
 * @throws InvalidOptionError - it is not a whole number from 1
 */
export function pageSize(query: RunQuery): number {
  const { limit = PAGE } = query;
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new InvalidOptionError('invalid-option', `the limit of a list is ${String(limit)}; give a whole number from 1`);
}

/** Returns the text of a mark, for `RunQuery.after`. */
export function markText({ createdAt, number }: Mark): string {
  return `${createdAt}/${number}`;
}

/**
 * Returns the mark of a text.
 *
 * @throws InvalidOptionError - it was not the `next` of a page
 */
export function markOf(text: string): Mark {
  const [createdAt, number, ...rest] = text.split('/').map((part) => (part === '' ? NaN : Number(part)));
  if (rest.length === 0 && createdAt !== undefined && Number.isFinite(createdAt) && number !== undefined && Number.isFinite(number)) {
    return { createdAt, number };
  }
  throw new InvalidOptionError('invalid-option', `the list of runs cannot go on after '${text}'; give what the page before had as 'next'`);
}

/**
 * Refuses what no store can prune by.
 *
 * @throws InvalidOptionError - the time is no number, or the limit no whole number from 0
 */
export function assertPrunable(endedBefore: number, limit: number): void {
  if (typeof endedBefore !== 'number' || Number.isNaN(endedBefore)) throw new InvalidOptionError('invalid-option', `prune is to remove what ended before ${shown(endedBefore)}; give milliseconds since the epoch`);
  if (!Number.isInteger(limit) || limit < 0) throw new InvalidOptionError('invalid-option', `the limit of prune is ${shown(limit)}; give a whole number from 0`);
}

/** Returns a page of the runs found, one of which may be beyond it. */
export function pageOf<Found extends Mark>(found: readonly Found[], limit: number, head: (found: Found) => RunPage['runs'][number]): RunPage {
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { runs: shown.map(head), next: last && markText(last) };
}
