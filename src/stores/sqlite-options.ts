import { checkOptionNames, type OptionNames } from '../define/option-names.ts';
import { shown } from '../define/shown.ts';
import type { Store } from '../durable/store.ts';
import { InvalidOptionError } from '../errors.ts';

/** How a SQLite file is used. */
export interface SqliteOptions {
  /** How long to wait while another process writes, in milliseconds. Nothing else runs in this process then. Default: 5000 */
  readonly busyTimeoutMs?: number;
  /**
   * `full`: what is committed survives a loss of power. `normal`: it survives the end of the process, and after a loss of power
   * the last commits may be gone; the file stays intact. Default: `full`
   */
  readonly synchronous?: 'full' | 'normal';
  /**
   * Which driver. Processes with different ones may share a file, but one process must not: the locks of two copies of SQLite inside one
   * process undo one another. Default: `node:sqlite` where this Node has it, else the package `libsql`
   */
  readonly driver?: 'node:sqlite' | 'libsql';
}

/** A store in one SQLite file, which several processes may use at the same time. */
export interface SqliteStore extends Store {
  /** Which driver it works with. */
  readonly driver: 'node:sqlite' | 'libsql';
  /** Reads the whole file and resolves with what is wrong with it, one sentence each: empty when all is well. */
  checkIntegrity(): Promise<readonly string[]>;
  /** Closes the store, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const optionNames: OptionNames<SqliteOptions> = { busyTimeoutMs: true, synchronous: true, driver: true };

/**
 * Refuses what cannot be meant. SQLite takes an empty path for a file that it deletes when it is closed, and an unknown word for a default.
 *
 * @throws InvalidOptionError - says which one
 */
export function checkSqliteOptions(path: string, options: SqliteOptions): void {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) throw invalid(`the path of sqliteStore is ${typeof path === 'string' ? JSON.stringify(path) : shown(path)}; give the path of a file, or ':memory:'`);
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) throw invalid(`the options of sqliteStore are ${shown(options)}; give an object, or leave them out`);
  checkOptionNames(options, optionNames, 'sqliteStore');
  const { synchronous, driver, busyTimeoutMs } = options;
  if (synchronous !== undefined && synchronous !== 'full' && synchronous !== 'normal') throw invalid(`synchronous is ${shown(synchronous)}; give 'full' or 'normal'`);
  if (driver !== undefined && driver !== 'node:sqlite' && driver !== 'libsql') throw invalid(`driver is ${shown(driver)}; give 'node:sqlite' or 'libsql', or leave the choice open`);
  if (busyTimeoutMs === undefined || (Number.isInteger(busyTimeoutMs) && busyTimeoutMs >= 0)) return;
  throw invalid(`busyTimeoutMs is ${shown(busyTimeoutMs)}; give whole milliseconds, from 0`);
}

function invalid(message: string): InvalidOptionError {
  return new InvalidOptionError('invalid-option', message);
}
