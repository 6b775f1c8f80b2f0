import type { Store } from '../durable/store.ts';

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
