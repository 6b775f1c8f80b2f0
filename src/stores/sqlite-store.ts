import { assertKeepable } from '../durable/keepable.ts';
import { StoreError } from '../durable/store-error.ts';
import type { Append, ClaimRequest, Message, NewRun, RunPage, RunQuery, Store, StoredRun } from '../durable/store.ts';
import { assertPrunable, markOf, pageOf, pageSize } from './shared.ts';
import { Connection } from './sqlite-connection.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { appendEach, appendTogether, NotAllTaken } from './sqlite-append.ts';
import { claimRuns } from './sqlite-claim.ts';
import { messagesOf, post } from './sqlite-inbox.ts';
import { exceptOf, flowsOf, numbersOf, storedRuns } from './sqlite-runs.ts';
import type { OpenFile } from './sqlite-open.ts';
import type { SqliteStore } from './sqlite-options.ts';
import { checksum, headOf } from './sqlite-rows.ts';
import { listing, type Statements } from './sqlite-statements.ts';

/** How many runs `checkIntegrity` reads at once. */
const CHECKED_AT_ONCE = 100;

/** Something to add in a transaction; when that is committed, `work` returned what tells its caller. */
interface Addition {
  readonly work: (sql: Statements) => () => void;
  readonly reject: (error: unknown) => void;
}

/** The store of one SQLite file. */
export class FileStore implements SqliteStore {
  readonly driver: SqliteStore['driver'];
  readonly #connection: Connection;
  /** Runs and messages to add: those of one turn share a transaction. */
  #added: Addition[] = [];

  constructor(path: string, file: OpenFile) {
    this.driver = file.driver.name;
    this.#connection = new Connection(path, file);
  }

  async create(run: NewRun): Promise<boolean> {
    assertNames(run.runId, run.flow);
    return this.#add((sql) => insertRun(sql, run));
  }

  #add<Answer>(work: (sql: Statements) => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#added.push({
        work(sql) {
          const answer = work(sql);
          return () => resolve(answer);
        },
        reject,
      });
      if (this.#added.length === 1) queueMicrotask(() => this.#addAll());
    });
  }

  #addAll(): void {
    const added = this.#added;
    this.#added = [];
    this.#connection.write((sql) => added.map(({ work }) => work(sql))).then(
      (answers) => answers.forEach((answer) => answer()),
      (error: unknown) => added.forEach(({ reject }) => reject(error)),
    );
  }

  async append(rows: readonly Append[]): Promise<readonly boolean[]> {
    if (rows.length === 0) return [];
    for (const { runId, create } of rows) if (create !== undefined) assertNames(runId, create.flow);
    try {
      return await this.#connection.write((sql) => appendTogether(sql, rows));
    } catch (error) {
      if (error instanceof NotAllTaken) return this.#connection.write((sql) => appendEach(sql, rows));
      throw error;
    }
  }

  load(runId: string): Promise<StoredRun | undefined> {
    return this.#connection.read((sql) => {
      const run = sql.runById.get(runId);
      return run && storedRuns(sql, [run])[0];
    });
  }

  async list(query: RunQuery = {}): Promise<RunPage> {
    const { flow, status, from, to, after } = query;
    const limit = pageSize(query);
    const mark = after === undefined ? undefined : markOf(after);
    const wanted = { flow, status, from, to, after: mark?.createdAt };
    const names = (['flow', 'status', 'from', 'to', 'after'] as const).filter((name) => wanted[name] !== undefined);
    const values: SqlValue[] = names.map((name) => wanted[name] ?? null);
    if (mark !== undefined) values.push(mark.number); // the mark is the last condition, and has two values
    const rows = await this.#connection.read(() => this.#connection.all(listing(names, (column) => this.#connection.text(column)), ...values, limit + 1));
    return pageOf(
      rows.map((row) => ({ row, createdAt: Number(row['created_at']), number: Number(row['id']) })),
      limit,
      ({ row }) => headOf(row),
    );
  }

  async claim(request: ClaimRequest): Promise<readonly StoredRun[]> {
    // asked before, so that a worker that finds nothing to do holds up nobody
    const isDue = (sql: Statements): boolean => sql.anyDue.get(request.now, flowsOf(request), exceptOf(request)) !== undefined;
    const mayFind = request.limit > 0 && (request.runId !== undefined || (await this.#connection.read(isDue)));
    return mayFind ? this.#connection.write((sql) => claimRuns(sql, request)) : [];
  }

  renew(owner: string, leaseUntil: number, runIds: readonly string[]): Promise<readonly string[]> {
    return this.#connection.write((sql) => sql.renew.all(leaseUntil, owner, JSON.stringify(runIds)).map((row) => String(row['run_id'])));
  }

  release(owner: string, runIds: readonly string[]): Promise<void> {
    return this.#connection.write((sql) => void sql.release.run(owner, JSON.stringify(runIds)));
  }

  async post(runId: string, message: Message): ReturnType<Store['post']> {
    assertKeepable('the id of a message', message.id);
    return this.#add((sql) => post(sql, runId, message));
  }

  messages(owner: string): ReturnType<Store['messages']> {
    return this.#connection.read((sql) => messagesOf(sql, owner));
  }

  saveDefinition(flow: string, fingerprint: string, text: string): Promise<void> {
    return this.#connection.write((sql) => void sql.saveDefinition.run(flow, fingerprint, text));
  }

  loadDefinition(flow: string, fingerprint: string): Promise<string | undefined> {
    return this.#connection.read((sql) => {
      const row = sql.loadDefinition.get(flow, fingerprint);
      return row && String(row['text']);
    });
  }

  delete(runId: string): Promise<boolean> {
    return this.#connection.write((sql) => {
      const run = sql.numberOf.get(runId);
      return run !== undefined && remove(sql, [run]) > 0;
    });
  }

  prune(endedBefore: number, limit: number): Promise<number> {
    return this.#connection.write((sql) => {
      assertPrunable(endedBefore, limit);
      return remove(sql, sql.ended.all(endedBefore, limit));
    });
  }

  async checkIntegrity(): Promise<readonly string[]> {
    try {
      const found = await this.#connection.read(() => this.#connection.all('PRAGMA integrity_check').map((row) => String(row['integrity_check'])));
      return found.length === 1 && found[0] === 'ok' ? await this.#changedTexts() : found;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'store-corrupt') return [error.message]; // some damage ends the check
      throw error;
    }
  }

  async #changedTexts(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const last: number = after;
      const runs = await this.#connection.read((sql) => {
        const some = sql.runsAfter.all(last, CHECKED_AT_ONCE);
        return storedRuns(sql, some).map((stored, nth) => ({ number: Number(some[nth]?.['id']), stored }));
      });
      for (const { stored } of runs) if (stored.damage !== undefined) problems.push(`run '${stored.head.runId}': ${stored.damage}`);
      after = runs.at(-1)?.number;
    }
    return problems;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function assertNames(runId: string, flow: string): void {
  assertKeepable('the id of a run', runId);
  assertKeepable('the name of a flow', flow);
}

function insertRun(sql: Statements, { runId, flow, fingerprint, owner, leaseUntil, row }: NewRun): boolean {
  if (sql.insertRun.run(runId, flow, fingerprint, row.at, owner ?? null, leaseUntil) === 0) return false;
  return sql.insertRow.run(runId, row.seq, row.at, checksum(row.text), row.text) > 0;
}

function remove(sql: Statements, runs: readonly SqlRow[]): number {
  const ids = numbersOf(runs);
  sql.deleteRows.run(ids);
  sql.deleteSnapshots.run(ids);
  sql.deleteMessages.run(ids);
  return sql.deleteRuns.run(ids);
}
