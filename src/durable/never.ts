/** The `wakeAt` of a run that only a message can wake: the last moment that a `Date` can hold. */
export const NEVER = 8_640_000_000_000_000;
