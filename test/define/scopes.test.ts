import { createFlows, step } from 'millrace';
import { describe, expect, test } from 'vitest';
import { definition, issuesOf, wrong } from './issues.ts';

const one = (): number => 1;
const yes = (): boolean => true;

/** What `compile` says of a definition: code, message and place of each problem. */
function problems(flow: Parameters<typeof issuesOf>[0]): readonly string[] {
  return issuesOf(flow).map(({ code, message, at }) => `${code} ${at}: ${message}`);
}

describe('a step of a body', () => {
  test('cannot wait for a step outside, however that is named', () => {
    const { flow, p } = definition();
    const token = step(one, 'token');
    function work(): number {
      return 1;
    }
    const charge = p.customStep(one, 'charge');
    p.parallel(token, work);
    p.group((scope) => {
      scope.customStep(one, 'pack', charge);
      scope.customStep(one, 'label', 'charge');
      scope.customStep(one, 'print', token);
      scope.customStep(one, 'weigh', work);
    }, 'lines');
    expect(problems(flow)).toEqual([
      "foreign-handle p/lines/pack: step 'pack' waits for 'charge', which is outside of the body of 'p/lines'; let 'lines' wait for it: .after('charge')",
      "unknown-step p/lines/label: step 'label' waits for 'charge', which is outside of the body of 'p/lines'; let 'lines' wait for it: .after('charge')",
      "unknown-step p/lines/print: step 'print' waits for token 'token', which is outside of the body of 'p/lines'; let 'lines' wait for it: .after('token')",
      "unknown-step p/lines/weigh: step 'weigh' waits for function 'work', which is outside of the body of 'p/lines'; let 'lines' wait for it: .after('work')",
    ]);
  });

  test('two deep is told which composite step has to wait', () => {
    const { flow, p } = definition();
    p.customStep(one, 'charge');
    p.group((outer) => {
      outer.customStep(one, 'open');
      outer.group((inner) => inner.customStep(one, 'pack', 'charge', 'open'), 'inner');
    }, 'outer');
    expect(problems(flow)).toEqual([
      "unknown-step p/outer/inner/pack: step 'pack' waits for 'charge', which is outside of the body of 'p/outer/inner'; let 'outer' wait for it: .after('charge')",
      "unknown-step p/outer/inner/pack: step 'pack' waits for 'open', which is outside of the body of 'p/outer/inner'; let 'inner' wait for it: .after('open')",
    ]);
  });

  test('cannot be waited for outside, however it is named', () => {
    const { flow, p } = definition();
    const token = step(one, 'token');
    const inner = { pack: undefined as unknown };
    p.group((scope) => {
      scope.parallel(token);
      inner.pack = scope.customStep(one, 'pack');
    }, 'lines');
    p.customStep(one, 'ship', wrong(inner.pack), 'pack', token);
    expect(problems(flow)).toEqual([
      "foreign-handle p/ship: step 'ship' waits for 'pack', which is inside of 'lines'; wait for 'lines' itself",
      "unknown-step p/ship: step 'ship' waits for 'pack', which is inside of 'lines'; wait for 'lines' itself",
      "unknown-step p/ship: step 'ship' waits for token 'token', which is inside of 'lines'; wait for 'lines' itself",
    ]);
  });

  test('cannot be waited for in a sibling body', () => {
    const { flow, p } = definition();
    const inner = { pack: undefined as unknown };
    p.group((scope) => (inner.pack = scope.customStep(one, 'pack')), 'lines');
    p.group((scope) => scope.customStep(one, 'ship', wrong(inner.pack), 'pack'), 'send');
    expect(problems(flow)).toEqual([
      "foreign-handle p/send/ship: step 'ship' waits for 'pack', which is inside of 'lines'; let 'send' wait for 'lines': .after('lines')",
      "unknown-step p/send/ship: step 'ship' waits for 'pack', which is inside of 'lines'; let 'send' wait for 'lines': .after('lines')",
    ]);
  });

  test('cannot be waited for in the other body of a case', () => {
    const { flow, p } = definition();
    p.case(yes, 'pick', (scope) => scope.customStep(one, 'a'), (scope) => scope.customStep(one, 'b', 'a'));
    expect(problems(flow)).toEqual([
      "unknown-step p/pick#otherwise/b: step 'b' waits for 'a', which is in the body of 'p/pick'; only one of the two runs, so wait for steps of the same one",
    ]);
  });

  test('of another process is reached by ordering the processes, and of another flow not at all', () => {
    const { flow, p } = definition();
    const foreign = createFlows().registerFlow('g').process('r').customStep(one, 'far');
    const near = flow.process('q').customStep(one, 'near');
    p.group((scope) => scope.customStep(one, 'pack', near, 'near', foreign), 'lines');
    expect(problems(flow)).toEqual([
      "foreign-handle p/lines/pack: step 'pack' waits for 'near', which belongs to process 'q'; order the processes: p.after(q)",
      "unknown-step p/lines/pack: step 'pack' waits for 'near', which is not in the body of 'p/lines'; process 'q' has it, so order the processes: p.after(q)",
      "foreign-handle p/lines/pack: step 'pack' waits for 'far', which belongs to flow 'g'; wait for steps of its own process",
    ]);
  });

  test('cannot wait for a name that nobody has, and hears the nearest of its own scope', () => {
    const { flow, p } = definition();
    p.group((scope) => {
      scope.customStep(one, 'packing');
      scope.customStep(one, 'ship', 'packign', 'nothing');
    }, 'lines');
    expect(problems(flow)).toEqual([
      "unknown-step p/lines/ship: step 'ship' waits for 'packign', which is not in the body of 'p/lines'; did you mean 'packing'?",
      "unknown-step p/lines/ship: step 'ship' waits for 'nothing', which is not in the body of 'p/lines'; register it in this body",
    ]);
  });

  test('has the step of its own scope when one outside has the same name', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    p.group((scope) => {
      scope.customStep(one, 'a');
      scope.customStep(one, 'b', 'a');
    }, 'lines');
    expect(problems(flow)).toEqual([]);
  });

  test('cannot have the name of another one of its body, but that of one outside', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    p.case(
      yes, 'pick',
      (scope) => void [scope.customStep(one, 'a'), scope.customStep(one, 'a')],
      (scope) => void [scope.customStep(one, 'a'), scope.group(() => undefined, 'a')],
    );
    expect(problems(flow)).toEqual([
      "duplicate-step p/pick/a: step 'a' is defined twice in the body of 'p/pick'; give each step its own name",
      "duplicate-step p/pick#otherwise/a: step 'a' is defined twice in the other body of 'p/pick'; give each step its own name",
    ]);
  });

  test('waits in a circle only with steps of its body, and that is reported with paths', () => {
    const { flow, p } = definition();
    p.group((scope) => void [scope.customStep(one, 'a', 'b'), scope.customStep(one, 'b', 'a')], 'lines');
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'cycle', at: expect.stringMatching(/^p\/lines\/[ab]$/) as string })]);
  });
});

describe('a timing that is no step', () => {
  test.for<[string, (each: { readonly item: unknown; readonly index: unknown }, flow: ReturnType<typeof definition>) => unknown, string]>([
    ['the item', ({ item }) => item, "the item of 'p/lines', which is there from the beginning; read it with s.result(each.item)"],
    ['the index', ({ index }) => index, "the index of 'p/lines', which is there from the beginning; read it with s.result(each.index)"],
    ['the scope', (each) => each, 'the scope of a body, which is not a step; wait for the step that has the body'],
    ['another process', (_, { flow }) => flow.process('q'), "process 'q', which is not a step; order the processes: p.after(q)"],
    ['the own process', (_, { p }) => p, "process 'p', which is not a step; wait for its steps, or for all of them with syncAll or always"],
    ['a flow', (_, { flow }) => flow, "flow 'f', which is not a step; make it one with call(flow, name, mapInput)"],
  ])('%s is refused with what to do', ([, timing, message]) => {
    const made = definition();
    made.p.forEach([1], 'lines', (each) => each.customStep(one, 'pack', wrong(timing(each, made))));
    expect(problems(made.flow)).toEqual([`invalid-timing p/lines/pack: step 'pack' waits for ${message}`]);
  });
});

describe('compile', () => {
  test('reports the problems of all bodies at once, each with its whole path', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a', 'x1');
    p.forEach([1], 'lines', (each) => {
      each.customStep(one, 'b', 'x2');
      each.case(yes, 'pick', (arm) => arm.customStep(one, 'c', 'x3'), (arm) => arm.customStep(one, 'd', 'x4'));
    });
    p.loopUntil((scope) => scope.retry((inner) => inner.customStep(one, 'e', 'x5'), 'again', 1), 'loop', yes);
    expect(issuesOf(flow).map(({ at }) => at)).toEqual(['p/a', 'p/lines/b', 'p/lines/pick/c', 'p/lines/pick#otherwise/d', 'p/loop/again/e']);
  });

  test('reports the circle of a process and the problems inside of its steps', () => {
    const { flow, p } = definition();
    p.group((scope) => scope.customStep(one, 'a', 'x'), 'g').after('h');
    p.customStep(one, 'h', 'g');
    expect(issuesOf(flow).map(({ code }) => code)).toEqual(['cycle', 'unknown-step']);
  });

  test.for([150, 500])('goes %i bodies deep', { timeout: 30_000 }, (depth) => {
    const { flow, p } = definition();
    const nest = (scope: Pick<typeof p, 'group' | 'customStep'>, left: number): void => {
      if (left === 0) scope.customStep(one, 'last', 'x');
      else scope.group((inner) => nest(inner, left - 1), 'g');
    };
    nest(p, depth);
    expect(issuesOf(flow).map(({ at }) => at)).toEqual([`p${'/g'.repeat(depth)}/last`]);
  });
});

describe('in a body', () => {
  test('a key may be restricted to a step of the same body', () => {
    const { flow, p } = definition();
    p.group((scope) => {
      const a = scope.customStep(one, 'a');
      scope.customStep(one, 'b', a).restrict('key', a);
    }, 'lines');
    expect(problems(flow)).toEqual([]);
  });

  test('a key cannot be restricted to a step outside, or inside of another', () => {
    const { flow, p } = definition();
    const a = p.customStep(one, 'a');
    p.group((scope) => {
      scope.group((inner) => inner.customStep(one, 'c'), 'inner');
      scope.customStep(one, 'b', 'inner').restrict('one', a).restrict('two', 'c');
    }, 'lines').after(a);
    expect(problems(flow)).toEqual([
      "not-an-ancestor p/lines/b: step 'b' restricts key 'one' to 'a', which is outside of the body of 'p/lines'; read it with s.getByStep, or name a step of the same scope that it waits for",
      "not-an-ancestor p/lines/b: step 'b' restricts key 'two' to 'c', which is inside of 'inner'; read it with s.getByStep, or name a step of the same scope that it waits for",
    ]);
  });

  test('exceptions of what a step skips are steps of the same body', () => {
    const { flow, p } = definition();
    p.customStep(one, 'a');
    p.group((scope) => {
      const b = scope.customStep(one, 'b').when(yes).skipWithDependents({ except: ['c', 'p/lines/c'] });
      scope.customStep(one, 'c', b);
      scope.customStep(one, 'd').when(yes).skipWithDependents({ except: ['a'] });
    }, 'lines').after('a');
    expect(problems(flow)).toEqual([
      "invalid-exception p/lines/d: step 'd' excepts 'a' from what it skips, which is outside of the body of 'p/lines'; except steps of the body of 'p/lines'",
    ]);
  });

  test('an exception that does not wait for the step is reported with the whole path', () => {
    const { flow, p } = definition();
    p.group((scope) => {
      scope.customStep(one, 'c');
      scope.customStep(one, 'd').when(yes).skipWithDependents({ except: ['c'] });
    }, 'lines');
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'invalid-exception', at: 'p/lines/d' })]);
  });

  test('steps are known to the filters of callbacks', () => {
    const { flow, p } = definition();
    const log = (): undefined => undefined;
    p.group((scope) => scope.forEach([1], 'lines', (each) => each.customStep(one, 'pack')), 'g');
    p.beforeStep(log, { onlyFor: ['pack', 'lines', 'g'] }).afterStep(log, { notFor: ['pck'] });
    flow.beforeStep(log, { onlyFor: ['pack'] });
    expect(problems(flow)).toEqual(["unknown-step p: afterStep of process 'p' is filtered by step 'pck', which it is never about; did you mean 'pack'?"]);
  });

  test('conditions and or() are checked as elsewhere', () => {
    const { flow, p } = definition();
    p.group((scope) => scope.customStep(one, 'a').or().when(yes), 'g');
    expect(issuesOf(flow)).toEqual([expect.objectContaining({ code: 'empty-or-group', at: 'p/g/a' })]);
  });
});
