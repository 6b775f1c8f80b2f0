/**
 * Who is measured, and how each is loaded. `prepare(shape, functions, mode)` returns a function that does one run; its `use`, if it
 * has one, is what each function of a step does besides.
 */
const loaders = {
  floor: async () => (await import('./floor.mjs')).prepare,
  millrace: async () => (await import('./millrace.mjs')).prepare,
  observed: async () => usingKey((own) => own.prepareObserved),
  equipped: async () => usingKey((own) => own.prepareEquipped),
  'by-hand': async () => (await import('./by-hand.mjs')).prepare,
  'by-hand-observed': async () => usingKey((_, byHand) => byHand.prepareObserved),
  'p-graph': async () => (await import('./peers/p-graph.mjs')).prepare,
  'async.auto': async () => (await import('./peers/async-auto.mjs')).prepare,
  'promise-all': async () => (await import('./peers/promise-all.mjs')).prepare,
  effect: async () => (await import('./peers/effect.mjs')).prepare,
  flowed: async () => (await import('./peers/flowed.mjs')).prepare,
  langgraph: async () => (await import('./peers/langgraph.mjs')).prepare,
  mastra: async () => (await import('./peers/mastra.mjs')).prepare,
};

async function usingKey(choose) {
  const own = await import('./millrace.mjs');
  return Object.assign(choose(own, await import('./by-hand.mjs')), { use: own.useKey });
}

/** What comes from this package; the floor is measured beside everyone. */
export const own = ['millrace', 'observed', 'equipped'];

/** Hand-written loops whose runs give their caller as much: no rivals. */
export const byHand = ['by-hand', 'by-hand-observed'];

export const peers = Object.keys(loaders).filter((name) => name !== 'floor' && !own.includes(name) && !byHand.includes(name));

/** Peers that need no package. */
export const withoutPackage = ['floor', ...own, ...byHand, 'promise-all'];

export function loadContestant(name) {
  return loaders[name]();
}
