import type { FlowResult, TimelineEntry } from '../define/run.ts';

/** How many columns the bars may take. A longer run is drawn to scale. */
const MOST_COLUMNS = 60;

/** How many steps a message of a matcher draws; of larger runs it draws those that it is about. */
const MOST_ROWS = 40;

/**
 * Draws when the steps of a run were at work: one line per step, first those that started, in the order of their starts, with a
 * bar over the positions of the run's starts and ends, then those that never started. Each line ends in how the step ended and,
 * unless it succeeded, why. The bar of a step that was abandoned ends in `▶`.
 *
 * @param result - the result of a run
 * @example
 * console.log(drawTimeline(result));
 * // run 'r-1' of flow 'release': failed
 * //   release/fetch  ━━      succeeded
 * //   release/build    ━━━   failed: no space left
 * //   release/lint      ━━━  succeeded
 * //   release/ship           cancelled ← build: failed: no space left
 */
export function drawTimeline(result: FlowResult): string {
  return draw(result, [...result.steps.keys()]);
}

/** Draws a run around the steps that a message is about. */
export function drawAround(result: FlowResult, paths: readonly string[]): string {
  if (result.steps.size <= MOST_ROWS) return drawTimeline(result);
  return `${draw(result, paths)}\n  … and ${result.steps.size - new Set(paths).size} more steps; drawTimeline(result) draws all`;
}

function draw(result: FlowResult, paths: readonly string[]): string {
  const asked = new Set(paths);
  const started = new Map(result.timeline.map((entry) => [entry.path, entry]));
  const rows = [...started.keys(), ...[...result.steps.keys()].filter((path) => !started.has(path))].filter((path) => asked.has(path));
  const width = Math.max(0, ...rows.map((path) => path.length));
  const scale = scaleOf(result.timeline);
  const lines = rows.map((path) => {
    const drawn = bar(started.get(path), result.abandoned.includes(path), scale);
    return `  ${path.padEnd(width)}  ${drawn.padEnd(scale.columns)}  ${ending(result, path)}`;
  });
  return [`run '${result.runId}' of flow '${result.flow}': ${result.status}`, ...lines].join('\n');
}

interface Scale {
  readonly first: number;
  /** How many positions there are. */
  readonly positions: number;
  readonly columns: number;
}

function scaleOf(timeline: readonly TimelineEntry[]): Scale {
  let first = Infinity;
  let last = -Infinity;
  for (const { start, end } of timeline) {
    first = Math.min(first, start);
    last = Math.max(last, end === Infinity ? start : end);
  }
  const positions = timeline.length === 0 ? 0 : last - first + 1;
  return { first, positions, columns: Math.min(positions, MOST_COLUMNS) };
}

function bar(entry: TimelineEntry | undefined, open: boolean, { first, positions, columns }: Scale): string {
  if (entry === undefined) return '';
  const column = (position: number): number => Math.floor(((position - first) * columns) / positions);
  const from = column(entry.start);
  if (open || entry.end === Infinity) return `${' '.repeat(from)}${'━'.repeat(columns - from - 1)}▶`;
  return `${' '.repeat(from)}${'━'.repeat(column(entry.end) - from + 1)}`;
}

function ending(result: FlowResult, path: string): string {
  const status = result.steps.get(path)?.status;
  const explained = result.explain(path).replace(/^[^:]*: /, ''); // no name contains a colon
  const why = status === 'succeeded' ? status : explained.replaceAll(/\s*\n\s*/g, ' ');
  return result.abandoned.includes(path) ? `${why} (abandoned)` : why;
}
