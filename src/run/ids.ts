import { randomUUID } from 'node:crypto';

/** Makes the ids of runs when a registry is given nothing else: random UUIDs. */
export const randomIds: () => string = () => randomUUID();
