/** A message to a run that nobody has taken yet. */
export interface Message {
  readonly id: string;
  /** The path of a wait, or its name. */
  readonly to: string;
  readonly payload: unknown;
}

/** A wait for a signal. */
export interface Waiting {
  /** What it answers to. */
  readonly addresses: readonly string[];
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
    const wait = [...this.#waiting].find(({ addresses }) => addresses.includes(message.to));
    if (wait === undefined) {
      this.#messages.push(message);
    } else {
      this.#waiting.delete(wait);
      wait.receive(message);
    }
    return true;
  }

  /** A wait gets the first message for it: one that is there, at once, or the next one. */
  wait(wait: Waiting): void {
    const at = this.#messages.findIndex(({ to }) => wait.addresses.includes(to));
    const [message] = at < 0 ? [] : this.#messages.splice(at, 1);
    if (message !== undefined) {
      wait.receive(message);
      return;
    }
    this.#waiting.add(wait);
    this.#onWait();
  }

  /** A message was taken by a wait that ended otherwise. */
  putBack(message: Message): void {
    this.#messages.unshift(message);
  }

  /** A wait has ended without a message. */
  forget(wait: Waiting): void {
    this.#waiting.delete(wait);
  }
}

