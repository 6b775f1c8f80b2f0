import { createFlows, step, type Ref, type StepExplanation, type StepHandle } from 'millrace';
import { describe, expect, test } from 'vitest';
import { wrong } from './issues.ts';

const one = (): number => 1;
const yes = (): boolean => true;

//   f/p: lines (forEach: pack ─ pick (case: a | b))      q: lines (group: pack)
function setUp() {
  const flows = createFlows({ stepTimeout: '1m' });
  const flow = flows.registerFlow('f');
  const p = flow.process('p').stepRetry(3).processTimeout('1h').concurrency(2);
  const token = step(one, 'token');
  function work(): number {
    return 1;
  }
  const handles: { pack?: StepHandle; b?: StepHandle } = {};
  p.forEach([1], 'lines', (each) => {
    handles.pack = each.customStep(one, 'pack').stepTimeout(5);
    each.case(yes, 'pick', (arm) => arm.customStep(one, 'a'), (arm) => void (handles.b = arm.customStep(one, 'b').stepRetry(0)));
    each.parallel(token, work);
  });
  const q = flow.process('q');
  q.group((scope) => scope.customStep(one, 'pack'), 'lines');
  return { flows, flow, p, q, token, work, ...(handles as Required<typeof handles>) };
}

function short({ path, stepRetry, stepTimeout }: StepExplanation): readonly unknown[] {
  return [path, stepRetry.value?.retries, stepRetry.level, stepTimeout.value, stepTimeout.level, stepTimeout.from];
}

describe('explain of a step in a body', () => {
  test.for<[string, (made: ReturnType<typeof setUp>) => Ref, string]>([
    ['a handle', ({ pack }) => pack, 'p/lines/pack'],
    ['its path', () => 'p/lines/pack', 'p/lines/pack'],
    ['its path without the process', () => 'lines/pick/a', 'p/lines/pick/a'],
    ['the path of a step in the other body', () => 'lines/pick#otherwise/b', 'p/lines/pick#otherwise/b'],
    ['a token', ({ token }) => token, 'p/lines/token'],
    ['a function', ({ work }) => work, 'p/lines/work'],
    ['a name that no process and one body has', () => 'a', 'p/lines/pick/a'],
    ['the path of a composite step', () => 'lines/pick', 'p/lines/pick'],
  ])('takes %s', ([, refOf, path]) => {
    const made = setUp();
    expect(made.flow.explain(refOf(made)).path).toBe(path);
  });

  test('says what holds there: its own word, else that of its process, its flow and its registry', () => {
    const { flow, b } = setUp();
    expect(short(flow.explain('p/lines/pack'))).toEqual(['p/lines/pack', 3, 'process', 5, 'step', 'p/lines/pack']);
    expect(short(flow.explain(b))).toEqual(['p/lines/pick#otherwise/b', 0, 'step', 60_000, 'registry', '']);
    expect(short(flow.explain('q/lines/pack'))).toEqual(['q/lines/pack', undefined, 'default', 60_000, 'registry', '']);
    const { processTimeout, processConcurrency } = flow.explain(b);
    expect([processTimeout, processConcurrency]).toEqual([{ value: 3_600_000, level: 'process', from: 'p' }, { value: 2, level: 'process', from: 'p' }]);
  });

  test('a composite step has no retries, and its own timeout alone', () => {
    const { flow, q } = setUp();
    expect(short(flow.explain('p/lines'))).toEqual(['p/lines', undefined, 'default', undefined, 'default', '']);
    const other = createFlows().registerFlow('source').process('s');
    other.sleep('2d', 'rest').stepTimeout('3d');
    q.merge(other);
    expect(short(flow.explain('rest'))).toEqual(['q/rest', undefined, 'default', 259_200_000, 'merged', 'source/s/rest']);
    q.sleep('2d', 'rest').stepTimeout('4d');
    expect(short(flow.explain('rest')).slice(3)).toEqual([345_600_000, 'step', 'q/rest']);
  });

  test('a handle of a merged body means its copy', () => {
    const { flows, flow, pack, p } = setUp();
    const other = flows.registerFlow('g');
    other.process('r').merge(p);
    expect(short(other.explain(pack))).toEqual(['r/lines/pack', undefined, 'default', 5, 'merged', 'f/p/lines/pack']);
    flow.process('s').merge(p);
    expect(flow.explain(pack).path).toBe('p/lines/pack');
    other.process('t').merge(p);
    expect(() => other.explain(pack)).toThrow("'pack' could be 'r/lines/pack' or 't/lines/pack'; give the path or the handle");
  });

  test('a ref that fits several steps is ambiguous', () => {
    const { flow } = setUp();
    const refused = expect.objectContaining({ code: 'ambiguous-step', candidates: ['p/lines/pack', 'q/lines/pack'] }) as unknown;
    expect(() => flow.explain('pack')).toThrow(refused);
    expect(() => flow.explain('lines/pack')).toThrow(refused);
  });

  test('a ref that fits none is unknown, with the nearest path', () => {
    const { flow } = setUp();
    const foreign = createFlows().registerFlow('g').process('p').customStep(one, 'pack');
    expect(() => flow.explain('p/lines/pakc')).toThrow("there is no step 'p/lines/pakc' in flow 'f'; did you mean 'p/lines/pack'?");
    expect(() => flow.explain('lines/pick/c')).toThrow("there is no step 'lines/pick/c' in flow 'f'; did you mean 'lines/pick/a'?");
    expect(() => flow.explain('nothing')).toThrow("there is no step 'nothing' in flow 'f'");
    expect(() => flow.explain(foreign)).toThrow("is not in this run of flow 'f'");
    expect(() => flow.explain(wrong(7))).toThrow('number does not name a step');
  });
});
