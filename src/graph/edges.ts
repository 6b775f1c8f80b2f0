/**
 * How a node waits for another one. All hold it back but an optional edge, which only counts for cycles and ancestry. An exempt
 * one needs success, and goes as well when its source was passed over by a step that excepts the node.
 */
export const SUCCESS = 0;
export const SETTLED = 1;
export const FAILED = 2;
export const OPTIONAL = 3;
export const EXEMPT = 4;

export type EdgeKind = typeof SUCCESS | typeof SETTLED | typeof FAILED | typeof OPTIONAL | typeof EXEMPT;

/** How a node puts its edges together: all of them, at least one that went well and none that went wrong, or the first. */
export const ALL = 0;
export const SYNC = 1;
export const ANY = 2;

export type Mode = typeof ALL | typeof SYNC | typeof ANY;

/** The words for the kinds of edges. */
export const edgeWords = ['success', 'settled', 'failed', 'optional', 'exempt'] as const;

/** What one edge that holds a node back counts for in the node's cell: the seven bits below are the node's state. */
export const OPEN_EDGE: number = 1 << 7;

/** The words for the ways in which gates join their edges. */
export const modeWords = ['all', 'sync', 'any'] as const;
