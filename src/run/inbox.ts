/** A message to a run that nobody has taken yet. */
export interface Message {
  readonly id: string;
  /** The path of a wait, or its name. */
  readonly to: string;
  readonly payload: unknown;
}

/** What a wait for a signal answers to. */
export interface Address {
  readonly name: string;
  /** Where it is, with the numbers of loops and retries and the keys of items. */
  readonly path: string;
  /** Where it is defined. */
  readonly definition: string;
}

/** A wait for a signal. */
export interface Waiting {
  /** What it answers to. */
  readonly address: Address;
  /** Takes a message. */
  receive(message: Message): void;
}

/**
 * The signals that were sent to a run and wait for somebody, and the waits that wait for one: what comes first goes first. There is one only
 * for runs that have been sent any, or wait for one.
 */
export class Inbox {
  readonly #messages: Message[] = [];
  readonly #waiting = new Set<Waiting>();
  /** The ids of all messages that ever came: the same one twice counts once. */
  readonly #known = new Set<string>();
  readonly #onWait: () => void;

  /** @param onWait - called when a wait begins that no message is there for */
  constructor(onWait: () => void = () => undefined) {
    this.#onWait = onWait;
  }

  /** The messages that nobody has taken, in the order in which they came. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Whether somebody waits for a message. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether a message of this id came before. */
  knows(id: string): boolean {
    return this.#known.has(id);
  }

  /** Adds a message and returns whether it is a new one. */
  post(message: Message): boolean {
    if (this.#known.has(message.id)) return false;
    this.#known.add(message.id);
    if (!this.#hand(message)) this.#messages.push(message);
    return true;
  }

  /** Gives a message to the first that waits for it. */
  #hand(message: Message): boolean {
    const wait = [...this.#waiting].find(({ address }) => answersTo(address, message.to));
    if (wait === undefined) return false;
    this.#waiting.delete(wait);
    wait.receive(message);
    return true;
  }

  /** A wait gets the first message for it: one that is there, at once, or the next one. */
  wait(wait: Waiting): void {
    const at = this.#messages.findIndex(({ to }) => answersTo(wait.address, to));
    const [message] = at < 0 ? [] : this.#messages.splice(at, 1);
    if (message !== undefined) {
      wait.receive(message);
      return;
    }
    this.#waiting.add(wait);
    this.#onWait();
  }

  /** A message was taken by a wait that ended otherwise: it is the next one again. */
  putBack(message: Message): void {
    if (!this.#hand(message)) this.#messages.unshift(message);
  }

  /** A wait has ended without a message. */
  forget(wait: Waiting): void {
    this.#waiting.delete(wait);
  }
}

/** Whether a name or a path means a wait: in a path, numbers and keys may be left out. */
function answersTo({ name, path, definition }: Address, to: string): boolean {
  if (to === name || to === path || to === definition) return true;
  const parts = to.split('/');
  return isWithin(definition.split('/'), parts) && isWithin(parts, path.split('/'));
}

/** Whether the parts of one path are found, in order, in another one, which may say more. */
function isWithin(few: readonly string[], many: readonly string[]): boolean {
  let next = 0;
  for (const part of many) if (few[next] === part || few[next] === withoutNumber(part)) next++;
  return next === few.length && many.at(-1) === few.at(-1);
}

/** A part of a path without the number of a loop or a retry. */
function withoutNumber(part: string): string {
  return part.replace(/#\d+$/u, '');
}
