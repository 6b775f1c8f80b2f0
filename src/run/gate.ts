/** A call that lets others go first. */
interface Waiting {
  readonly at: number;
  readonly call: () => void;
  readonly refused: () => void;
}

/**
 * How many functions of the user a run may call before it is put away again. First it is found out which they are, without calling any;
 * then these are called and nothing else.
 */
export class Gate {
  /** The paths of what was called, in order. */
  readonly ran: string[] = [];
  /** Whether more would have been called. */
  hasRefused = false;
  #left: number;
  #calls: (() => void)[] | undefined = [];
  /** Calls that let all others go first. */
  readonly #last: Waiting[] = [];

  /** @param budget - how many functions may be called; `Infinity`: all, at once */
  constructor(budget: number, isOpen = false) {
    this.#left = budget;
    if (isOpen) this.#calls = undefined;
  }

  /** A function is called. */
  called(path: string): void {
    this.ran.push(path);
  }

  /** Takes a place for a call; returns false when there is none. */
  enter(): boolean {
    if (this.#take()) return true;
    this.refuse();
    return false;
  }

  #take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  /** There is something to call, and no place for it. */
  refuse(): void {
    this.hasRefused = true;
  }

  /**
   * Takes a place for a call, if there is one when all others have theirs; what is due first goes first.
   *
   * @param refused - is called instead when there is none
   */
  enterLast(at: number, call: () => void, refused: () => void): void {
    if (this.#calls !== undefined) this.#last.push({ at, call, refused });
    else if (this.#take()) call();
    else refused();
  }

  /** Calls a function that has a place, when it is its turn. */
  pass(call: () => void): void {
    if (this.#calls === undefined) call();
    else this.#calls.push(call);
  }

  /** Whether there are calls whose turn has not come. */
  get isHolding(): boolean {
    return this.#calls !== undefined && (this.#calls.length > 0 || this.#last.length > 0);
  }

  /** Nothing is called any more. */
  close(): void {
    this.#left = 0;
    this.#calls = undefined;
  }

  /** Nothing more gets a place, and those that have one are called. */
  open(): void {
    const refused: Waiting[] = [];
    for (const waiting of this.#last.sort((a, b) => a.at - b.at)) {
      if (this.#take()) this.pass(waiting.call);
      else refused.push(waiting);
    }
    const calls = this.#calls ?? [];
    this.#calls = undefined;
    this.#left = 0;
    for (const waiting of refused) waiting.refused();
    for (const call of calls) call();
  }
}
