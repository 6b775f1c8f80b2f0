import { randomUUID } from 'node:crypto';

/** Makes the ids of runs when a registry is given nothing else: random UUIDs. */
export const randomIds: () => string = () => {
  const id = randomUUID();
  id.charCodeAt(0); // V8 joins the twenty parts that it was made of: a kept id takes 90 bytes instead of 470
  return id;
};

/** Draws the jitter of retries when a registry is given nothing else: numbers from 0 to below 1. */
export const randomNumber: () => number = () => Math.random();
