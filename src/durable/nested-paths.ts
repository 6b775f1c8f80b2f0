import type { Path } from './entry.ts';

/**
 * Returns what a path is directly inside of: `a/b` for `a/b/c` and for `a/b#1`, `a/b#1` for `a/b#1/c`. That may be the path of a step, of a run
 * of its body, of an item, or of a process.
 */
export function outerOf(path: Path): Path | undefined {
  const slash = path.lastIndexOf('/');
  const hash = path.lastIndexOf('#');
  if (hash > slash) return path.slice(0, hash);
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Finds what is recorded inside of composite steps. */
export class NestedPaths {
  readonly #inner = new Map<Path, Set<Path>>();

  constructor(paths: Iterable<Path>) {
    for (const path of paths) this.add(path);
  }

  add(path: Path): void {
    let inner = path;
    for (let outer = outerOf(inner); outer !== undefined; outer = outerOf(inner)) {
      const known = this.#inner.get(outer);
      known?.add(inner);
      if (known !== undefined) return; // it hangs together with the rest already
      this.#inner.set(outer, new Set([inner]));
      inner = outer;
    }
  }

  /** Forgets what is inside of a path, and returns it. */
  take(path: Path): readonly Path[] {
    const taken = [...(this.#inner.get(path) ?? [])];
    this.#inner.delete(path);
    for (const one of taken) { // grows while it is read
      for (const deeper of this.#inner.get(one) ?? []) taken.push(deeper);
      this.#inner.delete(one);
    }
    return taken;
  }
}
