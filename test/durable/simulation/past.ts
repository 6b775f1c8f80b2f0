import type { Entry, Path, Row } from '../../../src/durable/entry.ts';

/** The entries since the last recovery, and those before it. */
function divided(facts: readonly Row[]): readonly [before: readonly Entry[], since: readonly Entry[]] {
  const entries = facts.flatMap((row) => row.entries);
  const ended = entries.findLastIndex(({ t }) => t === 'ended'); // whoever goes on with it recovers it
  const at = Math.max(0, ended + 1, entries.findLastIndex(({ t }) => t === 'recovered'));
  return [entries.slice(0, at), entries.slice(at)];
}

const ends = new Set<Entry['t']>(['returned', 'succeeded', 'failed', 'skipped', 'stopped']);

function isAbout(entry: Entry, path: Path): boolean {
  return 'p' in entry && entry.p === path;
}

/** What an entry says that nobody is asked for again. */
function decisions(entry: Entry): readonly string[] {
  if (entry.t === 'opened') return [`before ${entry.p}`];
  if (entry.t === 'decided') return [`case ${entry.p}`, `input ${entry.p}`];
  if (entry.t === 'parked') return [`time ${entry.p}`];
  return entry.t === 'expanded' && entry.last ? [`items ${entry.p}`] : [];
}

/** What the rows say that a process finds. */
export class Past {
  readonly #done = new Set<Path>();
  readonly #started: ReadonlySet<Path>;
  readonly #decided = new Set<string>();

  constructor(facts: readonly Row[]) {
    const [before, since] = divided(facts);
    this.#started = new Set(since.flatMap((entry) => (entry.t === 'started' ? [entry.p] : [])));
    for (const entry of [...before, ...since]) for (const what of decisions(entry)) this.#decided.add(what);
    for (const entry of since) if ('p' in entry && ends.has(entry.t)) this.#done.add(entry.p);
    for (const entry of before) {
      const isKept = entry.t === 'succeeded' || entry.t === 'skipped' || (entry.t === 'returned' && entry.s === 'succeeded');
      if (isKept && !entry.p.endsWith('@after')) this.#done.add(entry.p);
    }
  }

  /** Whether nobody may call the function of a step any more. */
  hasReturned(path: Path): boolean {
    return this.#done.has(path);
  }

  /** Whether a composite step need not ask one of its functions, because the answer is recorded. */
  hasDecided(what: string, path: Path): boolean {
    return this.#decided.has(`${what} ${path}`);
  }

  /** Whether a step was at work since the last recovery. */
  hasStarted(path: Path): boolean {
    return this.#started.has(path);
  }

  /** Whether a composite step is at work. */
  static isAtWork(facts: readonly Row[], path: Path): boolean {
    return divided(facts)[1].findLast((entry) => isAbout(entry, path) && (entry.t === 'started' || ends.has(entry.t)))?.t === 'started';
  }

  /** How often the next attempt of a step was recorded. */
  static retries(facts: readonly Row[], path: Path): number {
    return divided(facts)[1].filter((entry) => entry.t === 'retrying' && isAbout(entry, path)).length;
  }

  static hasReturned(facts: readonly Row[], path: Path): boolean {
    const [before, since] = divided(facts);
    return since.some((entry) => entry.t === 'returned' && isAbout(entry, path)) || before.some((entry) => entry.t === 'returned' && entry.s === 'succeeded' && isAbout(entry, path));
  }

  /** When the next attempt of a step was to come. */
  static retryAt(facts: readonly Row[], path: Path): number {
    const last = divided(facts)[1].findLast((entry) => entry.t === 'retrying' && isAbout(entry, path));
    return last?.t === 'retrying' ? last.at : 0;
  }

  /** Whether it is recorded that a step has set a key. */
  static hasSet(facts: readonly Row[], path: Path, key: string): boolean {
    return facts.some(({ entries }) => entries.some((entry) => 'w' in entry && entry.p === path && entry.w?.some(([, name]) => name === key)));
  }

  /** Whether the last thing that is known of a step is that this attempt has started, or that it comes at once. */
  static isOpen(facts: readonly Row[], path: Path, attempt: number): boolean {
    const last = divided(facts)[1].findLast((entry) => isAbout(entry, path));
    return last?.t === 'started' && last.n === attempt;
  }

  /** Whether a value of a step, known by its name, is recorded. */
  static isKept(facts: readonly Row[], name: string, value: string): boolean {
    return facts.some(({ entries }) => entries.some((entry) => entry.t === 'succeeded' && entry.p.endsWith(`/${name}`) && entry.v === value));
  }
}
