import { systemClock } from '../clock.ts';
import { chooseDriver } from './sqlite-choice.ts';
import type { SqlConnection, SqlDriver } from './sqlite-driver.ts';
import { isBusy, storeErrorOf } from './sqlite-errors.ts';
import type { SqliteOptions } from './sqlite-options.ts';
import { prepareTables } from './sqlite-schema.ts';

/** An open file, with what is known about it. */
export interface OpenFile {
  readonly driver: SqlDriver;
  readonly connection: SqlConnection;
  /** Returns what to throw for what the driver threw. */
  readonly errorOf: (thrown: unknown) => unknown;
}

const BUSY_TIMEOUT_MS = 5_000;

/** How long to wait before another process is asked again to let this one open the file. */
const PAUSE_MS = 5;

/**
 * Opens a file and makes its tables if it is empty.
 *
 * @throws FlowError - `driver-missing`
 * @throws StoreError - the file cannot be used
 */
export function openFile(path: string, options: SqliteOptions): OpenFile {
  const { busyTimeoutMs = BUSY_TIMEOUT_MS, synchronous = 'full' } = options;
  const driver = chooseDriver(options.driver);
  const errorOf = (thrown: unknown): unknown => storeErrorOf(driver, path, busyTimeoutMs, thrown);
  try {
    const connection = driver.open(path);
    try {
      connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      whileBusy(driver, busyTimeoutMs, () => useLog(connection));
      connection.exec(`PRAGMA synchronous = ${synchronous === 'normal' ? 'NORMAL' : 'FULL'}`);
      whileBusy(driver, busyTimeoutMs, () => prepareTables(connection, path));
      return { driver, connection, errorOf };
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw errorOf(error);
  }
}

/** SQLite remembers in the file that it writes ahead to a log, so this writes once in the life of a file. */
function useLog(connection: SqlConnection): void {
  if (connection.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') connection.exec('PRAGMA journal_mode = WAL');
}

/** Of processes that open a new file at the same time, SQLite refuses all but one at once, whatever the busy timeout is. */
function whileBusy(driver: SqlDriver, timeoutMs: number, work: () => void): void {
  const until = systemClock.monotonic() + timeoutMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(driver, error) || systemClock.monotonic() >= until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS); // opening is synchronous, so is the wait
    }
  }
}
