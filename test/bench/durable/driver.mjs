import { createRequire } from 'node:module';

/** The driver that `sqliteStore` takes here, opened bare with the same settings. */
export function openBare(path) {
  const builtin = process.getBuiltinModule?.('node:sqlite');
  const Database = builtin === undefined ? createRequire(import.meta.url)('libsql') : builtin.DatabaseSync;
  const database = new Database(path);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'busy_timeout = 5000']) database.prepare(`PRAGMA ${pragma}`).get();
  return database;
}
