/** Lets async work be done one piece at a time, in the order in which it came. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  take<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#last.then(work);
    this.#last = answer.catch(() => undefined); // the caller has the error
    return answer;
  }
}
