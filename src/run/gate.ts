/** A call that lets others go first. */
interface Waiting {
  readonly at: number;
  readonly call: () => void;
  readonly refused: () => void;
}

/** What is multiplied by it has its highest bit set about every other time, whatever the steps between are. */
const golden = 0x9e3779b1;

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
  /** Conditions that were asked before, which let all others go first. */
  readonly #asked: Waiting[] = [];
  /** What runs again and again, which does so too. */
  readonly #again: Waiting[] = [];
  readonly #isScarce: boolean;
  readonly #prefersAgain: boolean;

  /**
   * @param budget - how many functions may be called; `Infinity`: all
   * @param isOpen - whether they are called at once
   * @param seq - how far the run is recorded: by that one of the two goes first that let all others go first
   */
  constructor(budget: number, isOpen: boolean, seq: number) {
    this.#left = budget;
    this.#isScarce = budget !== Infinity;
    this.#prefersAgain = Math.imul(seq, golden) < 0;
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
    if (this.#calls !== undefined) this.#asked.push({ at, call, refused });
    else if (this.#take()) call();
    else refused();
  }

  /** Whether a function that belongs to the given run of a body, the first one or a later one, lets others go first. */
  ranks(turn: number): boolean {
    return turn > 1 && this.#isScarce && this.#calls !== undefined;
  }

  /**
   * Takes a place for the function of a body that runs again, if there is one when all others have theirs; what has run less often goes first, so
   * that two loops that wait for one another both go on.
   */
  enterAgain(turn: number, call: () => void, refused: () => void): void {
    this.#again.push({ at: turn, call, refused });
  }

  /** Calls a function that has a place, when it is its turn. */
  pass(call: () => void): void {
    if (this.#calls === undefined) call();
    else this.#calls.push(call);
  }

  /** Whether there are calls whose turn has not come. */
  get isHolding(): boolean {
    return this.#calls !== undefined && (this.#calls.length > 0 || this.#asked.length > 0 || this.#again.length > 0);
  }

  /** Nothing is called any more. */
  close(): void {
    this.#left = 0;
    this.#calls = undefined;
  }

  /** Nothing more gets a place, and those that have one are called. */
  open(): void {
    const refused: Waiting[] = [];
    const last = [inOrder(this.#asked), inOrder(this.#again)];
    for (const waiting of (this.#prefersAgain ? last.reverse() : last).flat()) {
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

function inOrder(waiting: readonly Waiting[]): readonly Waiting[] {
  return [...waiting].sort((a, b) => a.at - b.at);
}
