import { assertKeepable } from '../durable/keepable.ts';
import { StoreError } from '../durable/store-error.ts';
import type { Append, ClaimRequest, Message, NewRun, RunPage, RunQuery, Store, StoredRun } from '../durable/store.ts';
import { DueQueue } from './due-queue.ts';
import { MemoryRun } from './memory-run.ts';
import { assertPrunable, markOf, pageOf, pageSize } from './shared.ts';

/**
 * Makes a store in memory, with all that is asked of one but to outlive the process: for tests, and for runs that need to be
 * recovered only while the process lives.
 *
 * @example
 * const flows = createFlows({ store: memoryStore() });
 */
export function memoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #runs = new Map<string, MemoryRun>();
  readonly #definitions = new Map<string, string>();
  readonly #due = new DueQueue();
  /** All runs with messages that were not consumed, and some of which all were. */
  readonly #addressed = new Set<MemoryRun>();
  #added = 0;
  #isOpen = true;

  create(run: NewRun): Promise<boolean> {
    return this.#atomically(() => this.#add(run));
  }

  append(rows: readonly Append[]): Promise<readonly boolean[]> {
    return this.#atomically(() => {
      const fenced = new Set<string>();
      return rows.map((append) => {
        const isKept = !fenced.has(append.runId) && this.#keep(append);
        if (!isKept) fenced.add(append.runId);
        return isKept;
      });
    });
  }

  #keep(append: Append): boolean {
    const { runId, row, create } = append;
    if (create !== undefined && !this.#add({ runId, ...create, row })) return false;
    const run = this.#runs.get(runId);
    if (run === undefined) return false;
    if (create !== undefined) run.amend(append);
    else if (!run.append(append)) return false;
    this.#due.update(run);
    return true;
  }

  #add(run: NewRun): boolean {
    assertKeepable('the id of a run', run.runId);
    assertKeepable('the name of a flow', run.flow);
    if (this.#runs.has(run.runId)) return false;
    this.#added += 1;
    const added = new MemoryRun(run, this.#added);
    this.#runs.set(run.runId, added);
    this.#due.update(added);
    return true;
  }

  load(runId: string): Promise<StoredRun | undefined> {
    return this.#atomically(() => this.#runs.get(runId)?.stored());
  }

  list(query: RunQuery = {}): Promise<RunPage> {
    return this.#atomically(() => {
      const { flow, status, from = -Infinity, to = Infinity, after } = query;
      const limit = pageSize(query);
      const mark = after === undefined ? { createdAt: Infinity, number: Infinity } : markOf(after);
      const found = [...this.#runs.values()]
        .filter((run) => (flow === undefined || run.flow === flow) && (status === undefined || run.status === status))
        .filter((run) => run.createdAt >= from && run.createdAt < to)
        .filter((run) => run.createdAt < mark.createdAt || (run.createdAt === mark.createdAt && run.number < mark.number))
        .sort((a, b) => b.createdAt - a.createdAt || b.number - a.number);
      return pageOf(found, limit, (run) => run.head());
    });
  }

  claim(request: ClaimRequest): Promise<readonly StoredRun[]> {
    return this.#atomically(() => {
      const claimed = this.#claimable(request).map((run) => ({ run, text: request.text(run.epoch + 1) })); // the caller's function may throw
      return claimed.map(({ run, text }) => {
        const stored = run.claim(request, text);
        this.#due.update(run);
        return stored;
      });
    });
  }

  #claimable({ owner, now, limit, flows, except, runId }: ClaimRequest): readonly MemoryRun[] {
    const unwanted = except && new Set(except);
    const isWanted = (run: MemoryRun): boolean => (flows === undefined || flows.includes(run.flow)) && unwanted?.has(run.runId) !== true;
    if (runId === undefined) return this.#due.first(now, limit, isWanted);
    const run = this.#runs.get(runId);
    return run !== undefined && limit > 0 && isWanted(run) && !run.isHeldByAnother(owner, now) ? [run] : [];
  }

  renew(owner: string, leaseUntil: number, runIds: readonly string[]): Promise<readonly string[]> {
    return this.#atomically(() => {
      const owned = this.#ownedBy(owner, runIds);
      for (const run of owned) {
        run.leaseUntil = leaseUntil;
        this.#due.update(run);
      }
      return owned.map(({ runId }) => runId);
    });
  }

  release(owner: string, runIds: readonly string[]): Promise<void> {
    return this.#atomically(() => {
      for (const run of this.#ownedBy(owner, runIds)) {
        run.release();
        this.#due.update(run);
      }
    });
  }

  post(runId: string, message: Message): ReturnType<Store['post']> {
    return this.#atomically(() => {
      assertKeepable('the id of a message', message.id);
      const run = this.#runs.get(runId);
      if (run === undefined) return 'unknown';
      const answer = run.post(message);
      if (answer === 'posted') {
        this.#addressed.add(run);
        this.#due.update(run);
      }
      return answer;
    });
  }

  messages(owner: string): ReturnType<Store['messages']> {
    return this.#atomically(() => {
      for (const run of this.#addressed) if (run.unread.length === 0) this.#addressed.delete(run);
      const owned = [...this.#addressed].filter((run) => run.owner === owner);
      return owned.flatMap((run) => run.unread.map((message) => ({ runId: run.runId, message })));
    });
  }

  saveDefinition(flow: string, fingerprint: string, text: string): Promise<void> {
    return this.#atomically(() => {
      const key = JSON.stringify([flow, fingerprint]);
      if (!this.#definitions.has(key)) this.#definitions.set(key, text);
    });
  }

  loadDefinition(flow: string, fingerprint: string): Promise<string | undefined> {
    return this.#atomically(() => this.#definitions.get(JSON.stringify([flow, fingerprint])));
  }

  delete(runId: string): Promise<boolean> {
    return this.#atomically(() => this.#remove(runId));
  }

  prune(endedBefore: number, limit: number): Promise<number> {
    return this.#atomically(() => {
      assertPrunable(endedBefore, limit);
      const ended = [...this.#runs.values()].filter((run) => run.endedAt < endedBefore);
      const oldest = ended.sort((a, b) => a.endedAt - b.endedAt || a.number - b.number).slice(0, Math.max(0, limit));
      for (const { runId } of oldest) this.#remove(runId);
      return oldest.length;
    });
  }

  close(): Promise<void> {
    this.#isOpen = false;
    return Promise.resolve();
  }

  #remove(runId: string): boolean {
    const run = this.#runs.get(runId);
    if (run === undefined) return false;
    this.#due.remove(run);
    this.#addressed.delete(run);
    return this.#runs.delete(runId);
  }

  #ownedBy(owner: string, runIds: readonly string[]): readonly MemoryRun[] {
    return [...new Set(runIds)].flatMap((runId) => this.#runs.get(runId) ?? []).filter((run) => run.owner === owner);
  }

  #atomically<Answer>(work: () => Answer): Promise<Answer> {
    return new Promise((resolve) => {
      if (!this.#isOpen) throw new StoreError('store-closed', 'memory', 'is closed; open another one');
      resolve(work());
    });
  }
}
