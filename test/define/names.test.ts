import { createFlows, FlowError, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const rule = "it must start with a letter, a digit, '_' or '$' and go on with these, '-', '.' or spaces";
const long = 'n'.repeat(201);

const refused: readonly (readonly [unknown, string])[] = [
  ['', "is '', which is empty or has an empty part; give it a name"],
  [' ', `is ' '; ${rule}`],
  [' a', `is ' a'; ${rule}`],
  ['-a', `is '-a'; ${rule}`],
  ['.', `is '.'; ${rule}`],
  ['a:b', `is 'a:b'; ${rule}`],
  ['a\nb', `is 'a\nb'; ${rule}`],
  ['a→b', `is 'a→b'; ${rule}`],
  ['a\u0000', `is 'a\u0000'; ${rule}`],
  ['\u0301a', `is '\u0301a'; ${rule}`],
  ['\ud800', `is '\ud800'; ${rule}`],
  [long, `has 201 characters ('${'n'.repeat(40)}…'); give at most 200`],
  [undefined, 'is of type undefined; give a string'],
  [null, 'is null; give a string'],
  [7, 'is of type number; give a string'],
  [{}, 'is of type object; give a string'],
  [Symbol('s'), 'is of type symbol; give a string'],
];

describe('a name that cannot be meant', () => {
  test.for(refused)('%j is refused everywhere', ([name, problem]) => {
    const flows = createFlows();
    const flow = flows.registerFlow('f');
    const p = flow.process('p');
    const a = p.customStep(() => 1, 'a');
    const error = (kind: string, call = ''): unknown => expect.objectContaining({ name: 'FlowError', code: 'invalid-name', message: `the name of a ${kind} ${problem}${call}` });
    expect(() => flows.registerFlow(wrong(name))).toThrow(error('flow'));
    expect(() => flow.process(wrong(name))).toThrow(error('process'));
    for (const [call, define] of [
      ['customStep(fn, name, ...timings)', () => p.customStep(() => 1, wrong(name))],
      ['syncAll(fn, name)', () => p.syncAll(() => 1, wrong(name))],
      ['always(fn, name)', () => p.always(() => 1, wrong(name))],
      ['next(fn, name)', () => a.next(() => 1, wrong(name))],
      ['same(fn, name)', () => a.same(() => 1, wrong(name))],
      ['step(fn, name)', () => step(() => 1, wrong(name))],
    ] as const) {
      expect(define).toThrow(error('step', typeof name === 'string' ? '' : `, as in ${call}`));
    }
    if (typeof name === 'string') expect(() => p.parallel(wrong({ [name]: () => 1 }))).toThrow(error('step'));
    expect([flows.list(), flow.graph().size]).toEqual([['f'], 1]);
  });

  test('a slash is part of the name of a flow only', () => {
    const flows = createFlows();
    expect(flows.registerFlow('deploy/v1').name).toBe('deploy/v1');
    for (const name of ['deploy/', '/deploy', 'deploy//v1', '/']) {
      expect(() => flows.registerFlow(name)).toThrow(`the name of a flow is '${name}', which is empty or has an empty part; give it a name`);
    }
    expect(() => flows.registerFlow(`deploy/${'v'.repeat(200)}`)).toThrow('the name of a flow has 207 characters');
    const { p } = definition();
    expect(() => p.customStep(() => 1, wrong('a/b'))).toThrow(`the name of a step is 'a/b'; ${rule}`);
    expect(() => flows.flowWithProcess('deploy/v2')).toThrow(FlowError);
    expect(flows.has('deploy/v2')).toBe(false);
  });
});

describe('a name that is unusual', () => {
  const unusual = [
    '__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__', '10', '2', '0', '_', '$', 'a b', 'a-b.c', 'Größe', '日本語', 'n'.repeat(200),
  ];

  test('is a name of a flow, a process and a step, and keeps its place', async () => {
    const flows = createFlows();
    for (const name of unusual) {
      const flow = flows.registerFlow(name);
      const process = flow.process(name);
      process.customStep((s) => [s.flow, s.process, s.name], name);
      const result = await flow.run();
      expect(result.value(name)).toEqual([name, name, name]);
      expect([...result.steps.keys(), ...result.process(name).steps.keys()]).toEqual([`${name}/${name}`, name]);
    }
    expect(flows.list()).toEqual(unusual);
    expect(flows.get('valueOf')).toBeUndefined();
  });

  test('side by side in one process they stay apart, as names, in records, groups and drawings', async () => {
    const { flow, p } = definition();
    const record = Object.fromEntries(unusual.map((name) => [name, () => name]));
    const group = p.parallel(record);
    p.customStep((s) => unusual.map((name) => s.outcome(name)), 'end', group);
    const chain = flow.process('chain');
    unusual.forEach((name, index) => chain.customStep(() => name, name, ...unusual.slice(Math.max(0, index - 1), index)));
    const result = await flow.run();
    expect(result.value('end')).toEqual(unusual.map((value) => ({ status: 'succeeded', value })));
    expect(unusual.map((name) => result.value(`chain/${name}`))).toEqual(unusual);
    expect(flow.graph().tiers().slice(0, unusual.length).map((tier) => tier.at(-1))).toEqual(unusual.map((name) => `chain/${name}`));
  });

  test('two names that look the same are the same (NFC)', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const flows = createFlows();
    const flow = flows.registerFlow(composed);
    expect([flows.has(decomposed), flows.get(decomposed)]).toEqual([true, flow]);
    expect(() => flows.registerFlow(decomposed)).toThrow(expect.objectContaining({ code: 'duplicate-flow' }));
    const p = flow.process(decomposed);
    p.customStep(() => 1, composed);
    p.customStep(() => 2, 'after', decomposed);
    const result = await flow.run();
    expect([result.value(decomposed), result.value(`${decomposed}/${decomposed}`), result.process(decomposed).name]).toEqual([1, 1, composed]);
    p.flow.compile();
    expect((await flows.run(decomposed)).status).toBe('succeeded');
  });

  test('two steps whose names are the same after NFC are duplicates', () => {
    const { flow, p } = definition();
    p.customStep(() => 1, 'caf\u00e9');
    p.customStep(() => 1, 'cafe\u0301');
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['duplicate-step']);
  });
});
