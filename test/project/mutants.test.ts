import { expect, test } from 'vitest';
import { filesIn, runNode } from './support.ts';

const scripts = filesIn('test', '.mjs', { recursive: true }).filter((path) => /\/mutants[^/]*\.mjs$/.test(path) && !path.includes('node_modules'));

test('there are lists of mutants', () => {
  expect(scripts.length).toBeGreaterThan(5);
});

test.each(scripts)('every mutant of %s has its place in the source', async (script) => {
  const { code, stderr } = await runNode([script], undefined, { MUTANTS: 'check' });
  expect([code, /Error: .*/.exec(stderr)?.[0]]).toEqual([0, undefined]);
});
