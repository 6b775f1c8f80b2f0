import { StoreError } from '../durable/store-error.ts';
import type { SqlConnection } from './sqlite-driver.ts';

/** The version of the tables, kept in `user_version`. */
const VERSION = 1;

/** Says in the header of the file whose it is: 'mill'. */
const APPLICATION = 0x6d_69_6c_6c;

/**
 * A row of the journal names its run by number: that is smaller and faster than its id (measured: 0.6 of the time), and a number
 * is never used again, so what is late for a deleted run cannot get into a new one of the same id.
 *
 * `free_at` is when a run can be claimed: without the leases in the index, each claim would go through all runs that are at work.
 * A message without a text was consumed. `unread` counts the others, so that only the runs that have some are asked for them.
 */
const TABLES = `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    flow TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    wake_at INTEGER,
    due_at INTEGER NOT NULL,
    owner TEXT,
    epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,
    free_at INTEGER AS (CASE WHEN owner IS NULL THEN due_at ELSE max(due_at, lease_until) END) VIRTUAL
  );
  CREATE INDEX runs_by_age ON runs (created_at);
  CREATE INDEX runs_by_flow ON runs (flow, created_at);
  CREATE INDEX runs_free ON runs (free_at) WHERE status = 'running';
  CREATE INDEX runs_ended ON runs (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX runs_addressed ON runs (owner) WHERE unread > 0;
  CREATE TABLE journal (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    claim INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  );
  CREATE TABLE snapshots (run INTEGER PRIMARY KEY, seq INTEGER NOT NULL, sum INTEGER NOT NULL, text TEXT NOT NULL);
  CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    text TEXT,
    UNIQUE (run, id)
  );
  CREATE INDEX messages_unread ON messages (run) WHERE text IS NOT NULL;
  CREATE TABLE definitions (flow TEXT NOT NULL, fingerprint TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (flow, fingerprint)) WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

/**
 * Makes the tables if the file is empty.
 *
 * @throws StoreError - `store-version`: the file is newer than this library, or another program's
 */
export function prepareTables(connection: SqlConnection, path: string): void {
  if (isReady(connection, path)) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    if (!isReady(connection, path)) connection.exec(TABLES); // another process may have been first
    connection.exec('COMMIT');
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

/** Ends a transaction that failed. */
export function rollBack(connection: SqlConnection): void {
  try {
    connection.exec('ROLLBACK');
  } catch {
    // some errors end the transaction by themselves
  }
}

function isReady(connection: SqlConnection, path: string): boolean {
  const version = numberOf(connection, 'SELECT user_version AS value FROM pragma_user_version');
  const application = numberOf(connection, 'SELECT application_id AS value FROM pragma_application_id');
  if (application !== APPLICATION && (application !== 0 || version !== 0 || numberOf(connection, 'SELECT count(*) AS value FROM sqlite_schema') !== 0)) {
    throw new StoreError('store-version', path, 'is a SQLite file of another program; give a file of its own');
  }
  if (version > VERSION) throw new StoreError('store-version', path, `has version ${version}, and this library knows version ${VERSION}; update the library`);
  return version === VERSION;
}

function numberOf(connection: SqlConnection, sql: string): number {
  return Number(connection.prepare(sql).get()?.['value']);
}
