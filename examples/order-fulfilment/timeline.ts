import type { RunEvent } from 'millrace';

interface Bar {
  readonly name: string;
  /** From and to of each attempt, in milliseconds since the start of the run. */
  readonly attempts: { from: number; to: number }[];
  ending: string;
}

/**
 * Draws the events of a run: a line for each step, `█` while an attempt is at work, `·` between attempts.
 *
 *     charge   ███··█████              4–21 ms, 2 attempts
 */
export function timelineOf(events: readonly RunEvent[], width = 48): string {
  const start = events[0]?.at ?? 0;
  const total = Math.max(1, (events.at(-1)?.at ?? start) - start);
  const bars = barsOf(events, start);
  const longest = Math.max(0, ...bars.map(({ name }) => name.length));
  const scale = (ms: number): number => Math.min(width - 1, Math.floor((ms / total) * width));
  const lines = bars.map(({ name, attempts, ending }) => {
    const cells = Array<string>(width).fill(' ');
    attempts.forEach(({ from, to }, index) => {
      cells.fill('█', scale(from), Math.max(scale(from) + 1, scale(to)));
      const next = attempts[index + 1];
      if (next !== undefined) cells.fill('·', Math.max(scale(from) + 1, scale(to)), scale(next.from));
    });
    return `${name.padEnd(longest)}  ${cells.join('')}  ${ending}`.trimEnd();
  });
  return [...lines, `${' '.repeat(longest)}  0${`${total} ms`.padStart(width - 1)}`].join('\n');
}

function barsOf(events: readonly RunEvent[], start: number): readonly Bar[] {
  const bars = new Map<string, Bar>();
  const barOf = (path: string): Bar => {
    const bar = bars.get(path) ?? { name: path, attempts: [], ending: '' };
    bars.set(path, bar);
    return bar;
  };
  for (const event of events) {
    if (event.type === 'step-started') {
      barOf(event.path).attempts.push({ from: event.at - start, to: event.at - start });
    } else if (event.type === 'step-retrying' || event.type === 'step-ended') {
      const bar = barOf(event.path);
      const attempt = bar.attempts.at(-1);
      if (attempt !== undefined) attempt.to = event.at - start;
      if (event.type === 'step-ended') bar.ending = endingOf(event.outcome.status, bar.attempts);
    }
  }
  return [...bars.values()].sort((a, b) => (a.attempts[0]?.from ?? Infinity) - (b.attempts[0]?.from ?? Infinity) || 0);
}

function endingOf(status: string, attempts: Bar['attempts']): string {
  const [first] = attempts;
  if (first === undefined) return status === 'skipped' ? 'not taken' : status;
  const times = `${first.from}–${attempts.at(-1)?.to ?? first.from} ms`;
  const count = attempts.length > 1 ? `, ${attempts.length} attempts` : '';
  return `${times}${count}${status === 'succeeded' ? '' : `, ${status}`}`;
}
