/** A value of SQLite as the stores use them. Times are numbers: milliseconds since the epoch fit. */
export type SqlValue = string | number | null;

/** A row of an answer, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A statement that is compiled once and used many times. */
export interface SqlStatement {
  /** Returns how many rows it changed. */
  run(...values: readonly SqlValue[]): number;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** An open connection. */
export interface SqlConnection {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /** Returns what to select for a text: a damaged file may hold bytes that are none. */
  text(column: string): string;
  close(): void;
}

/** What a store needs of a package that speaks SQLite: a port with one adapter for each. */
export interface SqlDriver {
  readonly name: 'node:sqlite' | 'libsql';
  open(path: string): SqlConnection;
  /** Returns the result code of SQLite behind an error, `undefined` when it is of another kind. */
  resultCode(error: unknown): number | undefined;
}
