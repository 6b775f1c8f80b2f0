import fc from 'fast-check';
import { expect, test } from 'vitest';
import { historyOf, type NodeRecord } from '../../src/durable/node-records.ts';
import type { PathRecord } from '../../src/durable/snapshot.ts';
import type { Template } from '../../src/graph/template.ts';
import { ENDED, PASSED, STARTED } from '../../src/run/kernel/history.ts';

interface Drawn {
  readonly s: 'started' | 'succeeded' | 'skipped';
  readonly places: readonly [number, number];
}

const nodes = fc.array(fc.record<Drawn>({ s: fc.constantFrom('started', 'succeeded', 'skipped'), places: fc.tuple(fc.nat(1_000), fc.nat(1_000)) }), { maxLength: 12 });

/** Gives the starts and ends of nodes their moments, with a gap before each. */
function recorded(drawn: readonly Drawn[], gap: number): { readonly records: readonly NodeRecord[]; readonly history: readonly number[] } {
  const events = drawn.flatMap(({ s, places: [from, span] }, node) => {
    const started = s === 'skipped' ? [] : [{ node, at: from, entry: node * 4 + STARTED, field: 'begin' as const }];
    return s === 'started' ? started : [...started, { node, at: from + span + 0.5, entry: node * 4 + (s === 'skipped' ? PASSED : ENDED), field: 'end' as const }];
  });
  const inOrder = events.sort((a, b) => a.at - b.at || a.node - b.node);
  const moments = drawn.map((): { begin?: number; end?: number } => ({}));
  inOrder.forEach(({ node, field }, place) => (moments[node]![field] = place * (gap + 1) + gap));
  const records = drawn.map(({ s }, node): NodeRecord => [node, { s, n: 1, at: 0, ...moments[node] } satisfies PathRecord]);
  return { records, history: inOrder.map(({ entry }) => entry) };
}

test('the history of a run is in the order of its moments, with gaps between them and without', () => {
  fc.assert(
    fc.property(nodes, fc.constantFrom(0, 1, 1_000_000), (drawn, gap) => {
      const { records, history } = recorded(drawn, gap);
      expect(historyOf(records, { size: 12 } as Template)).toEqual(history);
      expect(historyOf(records.toReversed(), { size: 12 } as Template)).toEqual(history);
    }),
    { numRuns: 500 },
  );
});
