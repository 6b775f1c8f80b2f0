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

  /** @param budget - how many functions may be called; `Infinity`: all, at once */
  constructor(budget: number, isOpen = false) {
    this.#left = budget;
    if (isOpen) this.#calls = undefined;
  }

  /** Takes a place for a call; returns false when there is none. */
  enter(): boolean {
    if (this.#left === 0) {
      this.hasRefused = true;
      return false;
    }
    this.#left--;
    return true;
  }

  /** Calls a function that has a place, when it is its turn. */
  pass(path: string, call: () => void): void {
    const go = (): void => {
      this.ran.push(path);
      call();
    };
    if (this.#calls === undefined) go();
    else this.#calls.push(go);
  }

  /** Whether there are calls whose turn has not come. */
  get isHolding(): boolean {
    return this.#calls !== undefined && this.#calls.length > 0;
  }

  /** Nothing more gets a place, and those that have one are called. */
  open(): void {
    const calls = this.#calls ?? [];
    this.#calls = undefined;
    this.#left = 0;
    for (const call of calls) call();
  }
}
