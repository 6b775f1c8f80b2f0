import { anyOf, failed, optional, settled } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf } from './issues.ts';

const one = (): number => 1;

describe('derived timings', () => {
  test.for([settled, failed, anyOf, optional])('%o of nothing is refused', (derive) => {
    expect(() => {
      Reflect.apply(derive, undefined, []);
    }).toThrow(
      expect.objectContaining({ code: 'empty-group', message: `${derive.name}() was given no timings; give at least one` }),
    );
  });

  test('optional inside another one, and failed of what cannot fail, are problems', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    p.customStep(one, 'b', settled(optional(a)));
    p.customStep(one, 'c', failed(anyOf(a, 'b')));
    expect(issuesOf(flow)).toEqual([
      {
        code: 'invalid-timing',
        message: "step 'b' waits for optional(…) inside another timing, which cannot wait for it; give it to the step itself",
        at: 'p/b',
      },
      { code: 'invalid-timing', message: "step 'c' waits for failed(anyOf(…)), which can never fail by itself; give failed() steps or groups", at: 'p/c' },
    ]);
  });

  test('they nest', () => {
    const { flow, p } = definition();
    const group = p.parallel({ a: one, b: one });
    p.customStep(one, 'c', settled(anyOf(group, 'd'), group), anyOf(settled('d'), anyOf('a', 'b')), optional(group, optional('d')));
    p.customStep(one, 'd');
    expect(issuesOf(flow)).toEqual([]);
  });
});
