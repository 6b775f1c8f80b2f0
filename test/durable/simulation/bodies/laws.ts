import type { Entry, Path, Row } from '../../../../src/durable/entry.ts';
import type { Snapshot } from '../../../../src/durable/snapshot.ts';

/** What is said of a composite step at work. */
interface Open {
  /** Whether its callbacks after it are all that is left. */
  isReturned: boolean;
  number: number;
  decided: boolean | undefined;
  readonly keys: Set<string>;
  readonly ended: Set<string>;
}

/**
 * Returns what a journal says of the inside of composite steps that cannot have happened: it is at work only while these are, in the run of the
 * body that they say, in the branch that was decided, for items that are known and have not ended.
 */
export function problemsOfBodies(facts: readonly Row[]): readonly string[] {
  const reader = new BodyReader();
  for (const { seq, entries } of facts) for (const entry of entries) reader.read(entry, seq);
  return reader.problems;
}

class BodyReader {
  readonly problems: string[] = [];
  readonly #open = new Map<Path, Open>();
  /** What composite steps had come to before the run was recovered. */
  #left = new Map<Path, Open>();

  read(entry: Entry, seq: number): void {
    if (entry.t === 'recovered') {
      this.#left = new Map([...this.#left, ...this.#open]);
      this.#open.clear();
    }
    if (!('p' in entry) || entry.t === 'latched' || entry.t === 'paused' || entry.t === 'resumed' || entry.t === 'suspended') return;
    const why = this.#problemOf(entry.p);
    if (why !== undefined) this.problems.push(`row ${seq}: '${entry.p}' is '${entry.t}', and ${why}`);
    this.#take(entry);
  }

  #problemOf(path: Path): string | undefined {
    for (const match of path.matchAll(/[/#]/g)) {
      const outer = path.slice(0, match.index);
      if (!/^[^/]+\/[^/]+/.test(outer) || !isComposite(outer)) continue;
      const open = this.#open.get(outer);
      if (open === undefined) return `'${outer}' is not at work`;
      if (open.isReturned) return `'${outer}' has returned`;
      const next = path.slice(outer.length + 1).split('/')[0]!;
      if (match[0] === '#' && next !== 'otherwise' && Number(next) !== open.number) return `'${outer}' is at run ${open.number}`;
      if (isOf(outer, 'case') && open.decided !== (next !== 'otherwise' || match[0] === '/')) return `'${outer}' has decided ${String(open.decided)}`;
      if (isOf(outer, 'each')) {
        if (!open.keys.has(next)) return `'${outer}' has no item '${next}'`;
        if (open.ended.has(next)) return `item '${next}' of '${outer}' has ended`;
      }
    }
    return undefined;
  }

  #take(entry: Extract<Entry, { readonly p: Path }>): void {
    const open = this.#open.get(entry.p);
    if (entry.t === 'started' && entry.x === 1) {
      const left = this.#left.get(entry.p);
      const kept = [...(left?.ended ?? [])].filter((key) => this.#isKept(`${entry.p}/${key}`));
      this.#open.set(entry.p, { isReturned: false, number: left?.number ?? 1, decided: left?.decided, keys: left?.keys ?? new Set(), ended: new Set(kept) });
    } else if (entry.t === 'iterated' && open !== undefined) open.number = entry.i;
    else if (entry.t === 'decided' && open !== undefined) open.decided = entry.v === '[true]';
    else if (entry.t === 'returned' && open !== undefined) open.isReturned = true;
    else if (entry.t === 'expanded' && open !== undefined) for (const key of entry.keys) open.keys.add(key);
    else if (entry.t === 'succeeded' || entry.t === 'failed' || entry.t === 'stopped') this.#end(entry);
  }

  #end({ p, t }: Extract<Entry, { readonly t: 'succeeded' | 'failed' | 'stopped' }>): void {
    const open = this.#open.get(p);
    if (open !== undefined) {
      this.#left.set(p, open);
      this.#open.delete(p);
    }
    const slash = p.lastIndexOf('/');
    const each = this.#open.get(p.slice(0, slash));
    if (each === undefined || !isOf(p.slice(0, slash), 'each')) return;
    each.ended.add(p.slice(slash + 1));
    if (t === 'succeeded') this.#good.add(p);
  }

  readonly #good = new Set<Path>();

  #isKept(item: Path): boolean {
    return this.#good.has(item);
  }
}

function lastName(path: Path): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isOf(path: Path, kind: string): boolean {
  return new RegExp(`^s\\d+${kind}x\\d+$`).test(lastName(path));
}

function isComposite(path: Path): boolean {
  return /^s\d+(group|loop|retry|each|call|case|sleep|wait)x\d+$/.test(lastName(path));
}

/** Whether a step only waits, and takes no place under a limit. */
export function isWait(path: Path): boolean {
  return isOf(path, 'sleep') || isOf(path, 'wait');
}

/** Returns what a state holds that a composite step that went well has made superfluous. */
export function problemsOfGrowth({ paths, resources, latches }: Snapshot): readonly string[] {
  const known = [...Object.keys(paths), ...Object.keys(resources), ...latches.map(({ p }) => p)];
  return known.flatMap((path) => {
    const outer = [...path.matchAll(/[/#]/g)].map(({ index }) => path.slice(0, index)).find((at) => paths[at]?.s === 'succeeded' && paths[at].kind !== undefined && !isOf(at, 'call'));
    return outer === undefined ? [] : [`'${path}' is still known, and '${outer}' has succeeded`];
  });
}
