/**
 * A store in one SQLite file.
 *
 * @module
 */
import { openFile } from './sqlite-open.ts';
import { checkSqliteOptions, type SqliteOptions, type SqliteStore } from './sqlite-options.ts';
import { FileStore } from './sqlite-store.ts';

export type { SqliteOptions, SqliteStore } from './sqlite-options.ts';

/**
 * Opens a store in one SQLite file, and makes the file if there is none. Several processes of one machine may use it at the same
 * time; not over a network file system. SQLite keeps two more files beside it while it is in use.
 *
 * Each transaction is synchronous: it takes about as long as the disk needs to take it in.
 *
 * @param path - the file, in a folder that exists; `':memory:'` for a store that ends with the process
 * @throws FlowError - `driver-missing`: this Node has no `node:sqlite`, and the package `libsql` is not installed
 * @throws StoreError - the file is no database (`store-corrupt`), newer or another program's (`store-version`), or cannot be used
 * @throws InvalidOptionError - an option that cannot be meant
 * @example
 * import { createFlows } from 'millrace';
 * import { sqliteStore } from 'millrace/sqlite';
 *
 * const flows = createFlows({ store: sqliteStore('orders.db') });
 */
export function sqliteStore(path: string, options: SqliteOptions = {}): SqliteStore {
  checkSqliteOptions(path, options);
  return new FileStore(path, openFile(path, options));
}
