import { createRequire } from 'node:module';
import type { SqlConnection, SqlDriver, SqlRow, SqlStatement, SqlValue } from './sqlite-driver.ts';

/** Bytes are a buffer of the one or the other kind; `get` adds an object about its time. */
type LibSqlRow = Record<string, SqlValue | ArrayBuffer | Buffer | { readonly duration: number }>;

/** The part of the package `libsql` that is used. Its own types are `any`. */
type LibSql = new (path: string) => {
  exec(sql: string): void;
  prepare(sql: string): {
    run(values: readonly SqlValue[]): { readonly changes: number };
    get(values: readonly SqlValue[]): LibSqlRow | undefined;
    all(values: readonly SqlValue[]): readonly LibSqlRow[];
  };
  close(): void;
};

/**
 * Returns the driver of the package `libsql`, an optional peer.
 *
 * @throws Error - it is not installed, or has nothing for this machine
 */
export function libsqlDriver(): SqlDriver {
  const LibSql = createRequire(import.meta.url)('libsql') as LibSql; // known by name only; loaded late, because it is optional
  return { name: 'libsql', open: (path) => opened(LibSql, path), resultCode };
}

function opened(LibSql: LibSql, path: string): SqlConnection {
  const database = new LibSql(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql): SqlStatement {
      const statement = database.prepare(sql);
      return {
        run: (...values) => statement.run(values).changes,
        get(...values) {
          const row = statement.get(values);
          return row && withTexts(row);
        },
        all: (...values) => withAllTexts(statement.all(values)),
      };
    },
    text: (column) => `CAST(${column} AS BLOB)`, // libsql 0.5 ends the whole process when bytes that are no UTF-8 are to become a text
    close(): void {
      try {
        // libsql 0.5 keeps the connection until its statements are collected, so SQLite does not fold the log into the file by itself
        database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // someone else is at work on the file, or cannot write; the log stays, and is read by whoever opens the file next
      }
      database.close();
    },
  };
}

/** Makes the texts that were selected as bytes texts again; there are no other bytes. What is no text is replaced, which its checksum shows. */
function withTexts(row: LibSqlRow): SqlRow {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'object' && value !== null && 'byteLength' in value) row[column] = Buffer.from(value as ArrayBuffer).toString('utf8'); // either kind
  }
  return row as SqlRow; // no bytes are left
}

function withAllTexts(rows: readonly LibSqlRow[]): readonly SqlRow[] {
  for (const row of rows) withTexts(row);
  return rows as readonly SqlRow[]; // as in `withTexts`
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode;
  const [, code] = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(error.message) ?? []; // libsql 0.5.29 has it only in the text
  return code === undefined ? undefined : Number(code);
}
