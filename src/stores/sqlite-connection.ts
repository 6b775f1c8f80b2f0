import { StoreError } from '../durable/store-error.ts';
import type { SqlRow, SqlStatement, SqlValue } from './sqlite-driver.ts';
import type { OpenFile } from './sqlite-open.ts';
import { rollBack } from './sqlite-schema.ts';
import { prepareStatements, type Statements } from './sqlite-statements.ts';

/** The connection of a store: transactions, and promises around what is synchronous. */
export class Connection {
  readonly #path: string;
  readonly #file: OpenFile;
  readonly #statements: Statements;
  readonly #others = new Map<string, SqlStatement>();
  #isOpen = true;

  constructor(path: string, file: OpenFile) {
    this.#path = path;
    this.#file = file;
    this.#statements = prepareStatements(file.connection);
  }

  /** Works on one state of the file; others may write meanwhile. */
  read<Answer>(work: (statements: Statements) => Answer): Promise<Answer> {
    return this.#transaction('BEGIN', work);
  }

  /** Works alone; all of it is kept, or nothing. */
  write<Answer>(work: (statements: Statements) => Answer): Promise<Answer> {
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  /** Returns what to select for a text. */
  text(column: string): string {
    return this.#file.connection.text(column);
  }

  /** Asks with a statement that is not always the same. */
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    let statement = this.#others.get(sql);
    if (statement === undefined) {
      statement = this.#file.connection.prepare(sql);
      this.#others.set(sql, statement);
    }
    return statement.all(...values);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isOpen) {
        this.#isOpen = false;
        this.#file.connection.close();
      }
      resolve();
    });
  }

  #transaction<Answer>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: (statements: Statements) => Answer): Promise<Answer> {
    return new Promise((resolve) => {
      if (!this.#isOpen) throw new StoreError('store-closed', this.#path, 'is closed; open another one');
      const { connection } = this.#file;
      try {
        connection.exec(begin); // not prepared: in libsql 0.5.29 a prepared one that was refused stays active, and the next COMMIT fails
        try {
          const answer = work(this.#statements);
          connection.exec('COMMIT');
          resolve(answer);
        } catch (error) {
          rollBack(connection);
          throw error;
        }
      } catch (error) {
        throw this.#file.errorOf(error);
      }
    });
  }
}
