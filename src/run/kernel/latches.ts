/** A decision that closes a region to starts (ruling R5). The first one stays; a drain may be raised to an abort. */
export interface Latch {
  readonly mode: 'drain' | 'abort';
  readonly why: 'stop' | 'timeout' | 'failure';
  readonly reason: unknown;
  /** Whether `always` steps are stopped too. */
  readonly force?: boolean | undefined;
}

/** The decisions of a run, one for each region at most; what is decided for the flow (region 0) holds for its processes. */
export class Latches {
  readonly #latches: (Latch | undefined)[] = [];

  /** Returns whether the decision changes anything. */
  close(region: number, latch: Latch): boolean {
    const known = this.of(region);
    if (known !== undefined && known.force !== true && latch.force === true) this.#latches[region] = { ...known, mode: 'abort', force: true };
    else if (known !== undefined && (known.mode === 'abort' || latch.mode === 'drain')) return false;
    else this.#latches[region] = known === undefined ? latch : { ...known, mode: 'abort' };
    if (region === 0 && latch.mode === 'abort') this.#latches.forEach((own, process) => own !== undefined && this.#sharpen(process, own, latch));
    return true;
  }

  #sharpen(region: number, own: Latch, { force }: Latch): void {
    this.#latches[region] = { ...own, mode: 'abort', force: own.force === true || force === true };
  }

  own(region: number): Latch | undefined {
    return this.#latches[region];
  }

  of(region: number): Latch | undefined {
    return this.#latches[region] ?? this.#latches[0];
  }

  /** Whether `always` steps of a region are stopped too. */
  forces(region: number): boolean {
    return this.#latches[0]?.force === true || this.#latches[region]?.force === true;
  }

  /** Whether the time of a region ran out; for the flow, also that of one of its processes. */
  timedOut(region: number): boolean {
    return region === 0 ? this.#latches.some((latch) => latch?.why === 'timeout') : this.#latches[region]?.why === 'timeout';
  }
}
