import { AmbiguousKeyError, key, step, type Process, type StepContext } from 'millrace';
import { describe, expect, test } from 'vitest';
import { bench } from './bench.ts';

const version = key<string>('version');
const setting = (name: string) => step((s: StepContext) => s.set(version, name), name);

//   fetch ─┬─ build ─┬─ ship
//          └─ test ──┘
function diamond(p: Process<undefined>, read: (s: StepContext) => unknown) {
  p.parallel(setting('build'), setting('test')).after(p.follow(setting('fetch')));
  return p.customStep(read, 'ship', 'test', 'build');
}

describe('a strict run', () => {
  test('refuses to read a key that ancestors side by side have set', async () => {
    const { flow, p } = bench();
    diamond(p, (s) => s.get(version));
    const [failure] = (await flow.run(undefined, { strict: true })).errors;
    expect(failure?.error).toBeInstanceOf(AmbiguousKeyError);
    expect(failure?.error).toMatchObject({
      code: 'ambiguous-key',
      key: 'version',
      paths: ['p/build', 'p/test'],
      message: "step 'p/ship' reads key 'version', which 'p/build' and 'p/test' set side by side; restrict it to one of them, or read its endValues",
    });
  });

  test('reads it where restrict decides, by endValues and getByStep, and its own value', async () => {
    const { flow, p } = bench();
    const ship = diamond(p, (s) => [s.get(version), [...s.endValues(version).values()], s.getByStep('fetch', version)]).restrict(version, 'build');
    const own = p.customStep((s) => {
      s.set(version, 'own');
      return s.get(version);
    }, 'own', 'build', 'test').next((s) => s.get(version), 'after');
    const result = await flow.run(undefined, { strict: true });
    expect([result.value(ship), result.value(own), result.value('after')]).toEqual([['build', ['build', 'test'], 'fetch'], 'own', 'own']);
  });

  test('reads what only one of the branches has set, and what nobody has', async () => {
    const { flow, p } = bench();
    p.parallel(step(() => 1, 'a'), setting('b')).after(p.follow(setting('c')));
    const end = p.syncAll((s) => [s.get(version), s.get('nobody')], 'end');
    expect((await flow.run(undefined, { strict: true })).value(end)).toEqual(['b', undefined]);
  });

  test('is what the registry says, unless the run says otherwise', async () => {
    const { flow, p } = bench({ strict: true });
    const ship = diamond(p, (s) => s.get(version));
    expect((await flow.run()).status).toBe('failed');
    expect((await flow.run(undefined, { strict: false })).value(ship)).toBe('test');
    expect((await flow.run(undefined, { strict: undefined })).status).toBe('failed');
  });

  test('is a boolean', async () => {
    const { flow } = bench();
    await expect(flow.run(undefined, { strict: 1 as never })).rejects.toThrow("the option 'strict' of a run is 1; give true or false, or leave it out");
    expect(() => bench({ strict: 'yes' as never })).toThrow("the option 'strict' of a registry is");
  });
});
