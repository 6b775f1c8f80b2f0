/** How long a run is left alone that could not go on here, however often that was tried. */
const longestMs = 60 * 60_000;

/** How many are known at most: each is named in every claim. Of more, those that failed first are tried again as soon as they may be. */
const mostKnown = 1_000;

interface Failing {
  /** Until when it is left alone. */
  readonly until: number;
  readonly pauseMs: number;
}

/** Runs that could not go on in this process, and are left to others for a time that doubles: each claim costs them a row. */
export class Unfit {
  readonly #firstMs: number;
  readonly #runs = new Map<string, Failing>();

  /** @param firstMs - how long the first time */
  constructor(firstMs: number) {
    this.#firstMs = firstMs;
  }

  failed(runId: string, now: number): void {
    const before = this.#runs.get(runId);
    const pauseMs = before === undefined ? this.#firstMs : Math.min(2 * before.pauseMs, longestMs);
    this.#runs.delete(runId); // the latest come last
    this.#runs.set(runId, { until: now + pauseMs, pauseMs });
    if (this.#runs.size > mostKnown) this.#runs.delete(this.#runs.keys().next().value as string);
  }

  wentOn(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Those to be left alone now. */
  at(now: number): readonly string[] {
    if (this.#runs.size === 0) return [];
    return [...this.#runs].flatMap(([runId, { until }]) => (until > now ? [runId] : []));
  }
}
