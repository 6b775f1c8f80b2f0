import process from 'node:process';
import type { SqlConnection, SqlDriver, SqlRow, SqlStatement, SqlValue } from './sqlite-driver.ts';

/** The part of `node:sqlite` that is used. Its types come with later versions of `@types/node` than the oldest runtime has. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): {
      run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
      get(...values: readonly SqlValue[]): SqlRow | undefined;
      all(...values: readonly SqlValue[]): readonly SqlRow[];
    };
    close(): void;
  };
}

/** Returns the driver inside Node; `undefined` when this version has none. */
export function nodeDriver(): SqlDriver | undefined {
  const sqlite = withoutItsWarning(() => process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined); // known by name only
  return sqlite && { name: 'node:sqlite', open: (path) => opened(sqlite, path), resultCode };
}

/**
 * Node 22 announces on stderr that the module is experimental when it is loaded first. What is used of it is the same in all versions,
 * and the users of a store cannot do anything about it. Loading is synchronous, so no other warning passes here.
 */
function withoutItsWarning<Loaded>(load: () => Loaded): Loaded {
  const emitWarning = process.emitWarning; // eslint-disable-line @typescript-eslint/unbound-method -- called with its process below
  const othersOnly = (...warning: readonly unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emitWarning, process, warning);
  };
  process.emitWarning = othersOnly;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function opened(sqlite: NodeSqlite, path: string): SqlConnection {
  const database = new sqlite.DatabaseSync(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql): SqlStatement {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      };
    },
    text: (column) => column, // what is no text is replaced
    close: () => database.close(),
  };
}

function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;
}
