import { StoreError } from '../durable/store-error.ts';
import type { SqlDriver } from './sqlite-driver.ts';

/** What an error of SQLite means is told by the lower byte of its result code (sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** Returns what to throw for what was thrown: errors of the driver become errors of the store, others stay as they are. */
export function storeErrorOf(driver: SqlDriver, path: string, busyTimeoutMs: number, thrown: unknown): unknown {
  const code = driver.resultCode(thrown);
  if (code === undefined || !(thrown instanceof Error)) return thrown;
  const error = (kind: StoreError['code'], problem: string): StoreError => new StoreError(kind, path, problem, { cause: thrown });
  const said = thrown.message;
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return error('store-busy', `is busy: another process held it for more than ${busyTimeoutMs} ms; ${said}`);
    case READ_ONLY:
      return error('store-read-only', `is read-only: ${said}; let this process write to the file and its folder`);
    case FULL:
      return error('store-full', `is full: ${said}; make room`);
    case CORRUPT:
    case NOT_A_DATABASE:
      return error('store-corrupt', `is damaged: ${said}; restore a copy of the file`);
    case CANNOT_OPEN:
      return error('store-failed', `cannot be opened: ${said}; give a file in a folder that exists and that this process may write to`);
    default:
      return error('store-failed', `failed: ${said}`);
  }
}

/** Returns whether another process is at work, so that it is worth trying again. */
export function isBusy(driver: SqlDriver, thrown: unknown): boolean {
  return ((driver.resultCode(thrown) ?? 0) & 0xff) === BUSY;
}
