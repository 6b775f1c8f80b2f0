import type { Entry, Path, Row } from '../../../src/durable/entry.ts';
import type { Script } from './script.ts';

const outcomes = new Set<Entry['t']>(['succeeded', 'failed', 'skipped', 'stopped']);

/**
 * Returns what a journal says that cannot have happened.
 *
 * @param counts - whether a step counts under the limit of the run
 */
export function problemsOfJournal(
  facts: readonly Row[],
  { limit, failFast }: Pick<Script, 'limit' | 'failFast'>,
  counts: (path: Path) => boolean = () => true,
): readonly string[] {
  const reader = new Reader(limit, failFast, counts);
  for (const row of facts) reader.read(row);
  return reader.problems;
}

/** Reads a journal entry by entry. */
class Reader {
  readonly problems: string[] = [];
  readonly #limit: number;
  readonly #failFast: boolean;
  readonly #known = new Set<Path>();
  readonly #open = new Set<Path>();
  readonly #paused = new Set<Path>();
  readonly #closed = new Set<string>();

  readonly #counts: (path: Path) => boolean;

  constructor(limit: number, failFast: boolean, counts: (path: Path) => boolean) {
    this.#counts = counts;
    this.#limit = limit;
    this.#failFast = failFast;
  }

  read({ seq, entries }: Row): void {
    for (const entry of entries) {
      const problem = this.#problemOf(entry);
      if (problem !== undefined) this.problems.push(`row ${seq}: ${problem}`);
      this.#take(entry);
      if (this.#open.size > this.#limit) this.problems.push(`row ${seq}: ${[...this.#open].join(', ')} are at work, and the limit is ${this.#limit}`);
    }
  }

  #problemOf(entry: Entry): string | undefined {
    if (entry.t === 'latched' && this.#closed.has(closing(entry))) return `'${entry.p}' is closed once more`;
    if (entry.t === 'started' && entry.n === 1 && (this.#paused.has('') || this.#paused.has(processOf(entry.p)))) return `'${entry.p}' starts in a pause`;
    const isAboutWork = outcomes.has(entry.t) || entry.t === 'returned' || entry.t === 'retrying';
    return isAboutWork && 'p' in entry && !this.#known.has(entry.p) ? `'${entry.p}' is '${entry.t}', and was never at work` : undefined;
  }

  #take(entry: Entry): void {
    if (entry.t === 'recovered') for (const known of [this.#open, this.#paused, this.#closed]) known.clear();
    if (entry.t === 'failed' && this.#failFast) this.#paused.clear();
    if (entry.t === 'paused') this.#paused.add(entry.p);
    if (entry.t === 'resumed') this.#paused.delete(entry.p);
    if (entry.t === 'latched') {
      this.#closed.add(closing(entry));
      if (entry.p === '') this.#paused.clear();
      else this.#paused.delete(entry.p);
    }
    if (entry.t === 'started') {
      this.#known.add(entry.p);
      if (!entry.p.includes('@') && this.#counts(entry.p)) this.#open.add(entry.p);
    }
    if (entry.t === 'expanded') for (const key of entry.keys) this.#known.add(`${entry.p}/${key}`);
    if ('p' in entry && (outcomes.has(entry.t) || entry.t === 'retrying')) this.#open.delete(entry.p);
  }
}

function closing({ p, mode, force }: Extract<Entry, { readonly t: 'latched' }>): string {
  return `${p} ${mode} ${String(force)}`;
}

function processOf(path: Path): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}
