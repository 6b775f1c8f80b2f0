import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { shown } from '../../src/define/shown.ts';
import { createFlows, type Flow, type Process, type StepHandle } from 'millrace';

function made(): { readonly flow: Flow; readonly p: Process<undefined>; readonly a: StepHandle } {
  const flow = createFlows().registerFlow('order');
  const p = flow.process('fulfil');
  return { flow, p, a: p.customStep(() => 1, 'pick') };
}

describe('flows, processes and steps in a log', () => {
  test('are their names and paths as JSON, though they refer to one another', () => {
    const { flow, p, a } = made();
    expect(JSON.stringify({ flow, p, a })).toBe('{"flow":"order","p":"fulfil","a":"fulfil/pick"}');
  });

  test('are one line each when they are inspected, also inside of others', () => {
    const { flow, p, a } = made();
    expect(inspect([flow, p, a])).toBe("[ flow 'order', process 'fulfil' of flow 'order', step 'fulfil/pick' ]");
  });

  test('of a group: its steps are paths', () => {
    const { p } = made();
    const group = p.parallel({ pack: () => 1, charge: () => 2 });
    expect(JSON.parse(JSON.stringify(group))).toMatchObject({ steps: { pack: 'fulfil/pack', charge: 'fulfil/charge' } });
  });

  test('have no further properties of their own for it', () => {
    const { flow, p, a } = made();
    expect([flow, p, a].map((one) => Reflect.ownKeys(one))).toEqual([[], ['flow'], ['spec']]);
  });
});

test('a message shows what lets nobody look at it as an object', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(shown(proxy)).toBe('an object');
});
