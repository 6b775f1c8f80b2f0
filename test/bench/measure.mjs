export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Starts `count` runs side by side; a promise only if one of them gave one. */
export function sideBySide(run, count) {
  if (count === 1) return run();
  const open = [];
  for (let index = 0; index < count; index++) {
    const end = run();
    if (end !== undefined) open.push(end);
  }
  return open.length === 0 ? undefined : Promise.all(open);
}

/** Milliseconds of one pass, as the mean of `passes` in a row, after a garbage collection. */
export async function sample(pass, passes) {
  globalThis.gc?.();
  const start = performance.now();
  for (let index = 0; index < passes; index++) {
    const end = pass();
    if (end !== undefined) await end;
  }
  return (performance.now() - start) / passes;
}

/** Runs a pass for about `warmMs`, and says how many passes make a sample of about `sampleMs`. */
export async function warmUp(pass, warmMs, sampleMs) {
  const start = performance.now();
  let passes = 0;
  let last = 0;
  do {
    const before = performance.now();
    const end = pass();
    if (end !== undefined) await end;
    passes += 1;
    last = performance.now() - before;
  } while (performance.now() - start < warmMs);
  const mean = (performance.now() - start) / passes;
  return Math.max(1, Math.round(sampleMs / Math.min(mean, Math.max(last, 0.001))));
}
