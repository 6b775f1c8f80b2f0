import { checkedKey, ContextKey, type Key } from '../define/key.ts';
import { AmbiguousKeyError } from '../errors.ts';
import { firstBefore, uncovered } from '../graph/walk.ts';
import type { Kernel } from './kernel/kernel.ts';
import { LastEnds } from './last-ends.ts';
import type { Plan } from './plan.ts';
import type { Restored } from './restored.ts';
import { latestFirst, MANY, NOTHING, Views } from './views.ts';

/** Stands for a value that was set to `undefined`, which hides what ancestors set; plain `undefined` is not set. */
const setToUndefined = Symbol('undefined');

/** Up to how many steps every column gets all its room at once, because copying an array is quicker than growing one. */
const smallFlow = 64;

/** What the nodes of a run set under one key: `values[node]`. */
interface Column {
  readonly values: unknown[];
  views: Views | undefined;
}

/**
 * What the steps of a run set under keys. Every node has a layer of its own: it sees it at once, the nodes after it when it has
 * ended. Nothing is ever visible to a sibling. Answers hold values as they are kept: unwrap them with {@link valueOf}.
 */
export class Writes {
  readonly #kernel: Kernel;
  readonly #plan: Plan;
  readonly #strict: boolean;
  /** The column used last, which most often is the next one too. */
  #key: unknown = undefined;
  #column: Column | undefined = undefined;
  /** All columns, when there is more than one. */
  #columns: Map<unknown, Column> | undefined = undefined;
  #lastEnds: LastEnds | undefined = undefined;
  /** What stands for typed keys of which only the names are known. */
  #standIns: Map<string, ContextKey> | undefined = undefined;

  constructor(kernel: Kernel, plan: Plan, strict: boolean) {
    this.#kernel = kernel;
    this.#plan = plan;
    this.#strict = strict;
  }

  set(node: number, key: unknown, value: unknown): void {
    const column = (key === this.#key ? this.#column : this.#other(key)) ?? this.#add(key);
    column.values[node] = value === undefined ? setToUndefined : value;
  }

  /**
   * Returns what `reader` sees under a key: what it set itself, else what the nearest ancestor set, else `undefined`.
   *
   * @throws AmbiguousKeyError - the run is strict, and there are several nearest ancestors
   */
  get(reader: number, key: unknown): unknown {
    const column = key === this.#key ? this.#column : this.#other(key);
    if (column === undefined) return undefined;
    const own = column.values[reader];
    return own === undefined ? this.#inherited(column, reader, key) : own;
  }

  /** Takes over what nodes set in a run that was recorded. Typed keys are known by their names until someone comes with one. */
  recall(writes: Restored['writes']): void {
    for (const [node, own] of writes) {
      for (const { name, isTyped, value } of own) this.set(node, isTyped ? this.#standIn(name) : name, value);
    }
  }

  /** Everything that a node itself set, by key. */
  of(node: number): readonly (readonly [key: unknown, value: unknown])[] {
    if (this.#column === undefined) return [];
    const columns = this.#columns ?? new Map([[this.#key, this.#column]]);
    return [...columns].flatMap(([key, { values }]) => (values[node] === undefined ? [] : [[key, valueOf(values[node])] as const]));
  }

  /** Returns what a node itself set under a key. */
  written(node: number, key: unknown): unknown {
    return (key === this.#key ? this.#column : this.#other(key))?.values[node];
  }

  /**
   * Returns the steps whose values stand side by side for `reader`, in the order of their declaration: those that no later visible
   * one covers; the reader alone when it set the key itself. Only steps count.
   */
  endWriters(reader: number, key: unknown): readonly number[] {
    const column = key === this.#key ? this.#column : this.#other(key);
    if (column === undefined) return [];
    if (column.values[reader] !== undefined) return [reader];
    const { template } = this.#kernel;
    return latestFirst(template, this.#nearest(column, reader, template.stepCount)).toReversed();
  }

  /** Returns the column of a key that is not the one used last, if there is one. */
  #other(key: unknown): Column | undefined {
    const column = this.#columns?.get(key) ?? this.#recalled(key);
    if (column === undefined) return undefined;
    this.#key = key;
    return (this.#column = column);
  }

  /** The key that stands for a typed one of which only the name is known. */
  #standIn(name: string): ContextKey {
    const standIn = this.#standIns?.get(name) ?? this.#keyOf(name);
    if (standIn !== undefined) return standIn;
    const made = new ContextKey(name, true);
    (this.#standIns ??= new Map()).set(name, made);
    return made;
  }

  /** The typed key of a name that something was set under. */
  #keyOf(name: string): ContextKey | undefined {
    const keys = this.#columns?.keys() ?? [this.#key];
    return [...keys].find((key) => key instanceof ContextKey && key.name === name) as ContextKey | undefined;
  }

  /** The column of a typed key that was recorded under its name: from now on it is that key's. */
  #recalled(key: unknown): Column | undefined {
    if (this.#standIns === undefined || !(key instanceof ContextKey)) return undefined;
    const standIn = this.#standIns.get(key.name);
    if (standIn === undefined || standIn === key) return undefined;
    this.#columns ??= new Map([[this.#key, this.#column as Column]]); // something was recalled, so there is a column
    const column = this.#columns.get(standIn) as Column; // made with its stand-in
    this.#standIns.delete(key.name);
    this.#columns.delete(standIn);
    this.#columns.set(key, column);
    return column;
  }

  #add(key: unknown): Column {
    checkedKey(key, 'is set');
    const { blanks, stepCount } = this.#kernel.template;
    // Of many columns in a large flow most are sparse; the first one may be the one that every step sets.
    const hasRoom = this.#column === undefined || stepCount <= smallFlow;
    const column = { values: hasRoom ? blanks.values.slice() : [], views: undefined };
    if (this.#column !== undefined) (this.#columns ??= new Map([[this.#key, this.#column]])).set(key, column);
    this.#key = key;
    return (this.#column = column);
  }

  #inherited(column: Column, reader: number, key: unknown): unknown {
    const view = this.#seesAll(reader) ? (column.views ??= new Views(this.#kernel.template, this.#plan.ancestry, column.values)).of(reader) : MANY;
    if (view === NOTHING) return undefined;
    if (typeof view === 'number' && view !== MANY) return column.values[view];
    const { template } = this.#kernel;
    const writers = typeof view === 'number' ? latestFirst(template, this.#nearest(column, reader, template.size)) : view;
    if (this.#strict && writers.length > 1) throw this.#ambiguous(writers, reader, key);
    const [latest] = writers;
    return latest === undefined ? undefined : column.values[latest];
  }

  /** Whether all ancestors of a node had ended when it started: then what it inherits is what anyone inherits there. */
  #seesAll(reader: number): boolean {
    return !this.#kernel.template.overlapping || (this.#lastEnds ??= new LastEnds(this.#kernel)).allBefore(reader);
  }

  /** The nearest nodes below `limit` that set a key and had ended when the reader started. */
  #nearest({ values }: Column, reader: number, limit: number): readonly number[] {
    const { history, template } = this.#kernel;
    return uncovered(template, firstBefore(template, reader, (node) => node < limit && values[node] !== undefined && history.endedBefore(node, reader)));
  }

  #ambiguous(writers: readonly number[], reader: number, key: unknown): AmbiguousKeyError {
    const { template } = this.#kernel;
    const step = template.steps[reader];
    const who = step === undefined ? `process '${template.regions[template.regionOf[reader] as number]?.name}'` : `step '${this.#kernel.pathAt(reader)}'`;
    const alone = step === undefined ? 'read it with getByStep' : 'restrict it to one of them, or read its endValues';
    const todo = writers.some((node) => node >= template.stepCount) ? 'let one come after the other, or give each a key of its own' : alone;
    return new AmbiguousKeyError(who, nameOfKey(key), writers.map((node) => this.#kernel.pathAt(node)).reverse(), todo);
  }
}

/** Returns the value that was set, given how it is kept. */
export function valueOf(kept: unknown): unknown {
  return kept === setToUndefined ? undefined : kept;
}

function nameOfKey(key: unknown): string {
  return typeof key === 'object' && key !== null ? (key as Key<unknown>).name : String(key); // the types let nothing else in
}
