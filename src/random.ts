import { randomUUID } from 'node:crypto';

/** Makes the ids of runs when a registry is given nothing else: random UUIDs. */
export const randomIds: () => string = () => randomUUID();

/** Draws the jitter of retries when a registry is given nothing else: numbers from 0 to below 1. */
export const randomNumber: () => number = () => Math.random();
