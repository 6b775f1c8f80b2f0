import type { Definition, Statement, TimingPlan } from '../kernel/definition.ts';
import { type Draw, pick } from '../kernel/draw.ts';
import { readWritten } from '../kernel/written.ts';

export const edits = ['append', 'insert ahead', 'remove', 'rename', 'retime', 'change the kind'] as const;
export type Edit = (typeof edits)[number];

/** Changes one thing about a definition. What comes out may have a cycle, or name what is not there. */
export function edited(draw: Draw, { statements, deeds }: Definition, edit: Edit): Definition {
  const written = readWritten({ statements, deeds });
  const names = [...written.steps.keys()];
  const step = pick(draw, names);
  const { process } = written.steps.get(step)!;
  const added = (timings: readonly TimingPlan[]): Statement => ({ do: 'step', process, step: 'new', timings });
  const changed = (lines: readonly Statement[]): Definition => ({ statements: lines, deeds: new Map([...deeds, ['new', 'succeed']]) });
  switch (edit) {
    case 'append':
      return changed([...statements, added([named(step)])]);
    case 'insert ahead':
      return changed([...statements, added([]), { do: 'after', target: step, timings: [named('new')] }]);
    case 'remove':
      return changed(statements.flatMap((line) => without(line, step)));
    case 'rename':
      return changed(JSON.parse(JSON.stringify(statements).replaceAll(`"${step}"`, '"new"')) as readonly Statement[]);
    case 'retime': {
      const others = names.filter((other) => other !== step && written.steps.get(other)!.process === process && !written.steps.get(other)!.always);
      if (others.length === 0) return changed(statements);
      const kind = pick(draw, ['step', 'settled', 'failed', 'anyOf'] as const);
      const of = [pick(draw, others), pick(draw, others)].map(named);
      return changed([...statements, { do: 'after', target: step, timings: [kind === 'step' ? of[0]! : { kind, of }] }]);
    }
    case 'change the kind':
      return changed(statements.map((line) => (line.do === 'always' && line.step === step ? { do: 'step', process, step, timings: [] } : line)));
    default:
      return edit satisfies never;
  }
}

function named(step: string): TimingPlan {
  return { kind: 'step', step, as: 'name' };
}

function without(line: Statement, step: string): readonly Statement[] {
  switch (line.do) {
    case 'step':
      return line.step === step ? [] : [{ ...line, timings: line.timings.flatMap((timing) => pruned(timing, step)) }];
    case 'next':
    case 'same':
      if (line.of === step && line.step !== step) return [{ do: 'step', process: line.process, step: line.step, timings: [] }];
      return line.step === step ? [] : [line];
    case 'syncAll':
    case 'always':
    case 'cascade':
      return line.step === step ? [] : [line];
    case 'follow':
    case 'parallel':
      return [{ ...line, steps: line.steps.filter((other) => other !== step) }];
    case 'after': {
      const timings = line.timings.flatMap((timing) => pruned(timing, step));
      return line.target === step || timings.length === 0 ? [] : [{ ...line, timings }];
    }
    case 'process':
    case 'order':
    case 'limit':
      return [line];
    default:
      return line satisfies never;
  }
}

function pruned(timing: TimingPlan, step: string): readonly TimingPlan[] {
  if (timing.kind === 'group') return [timing];
  if (timing.kind === 'step') return timing.step === step ? [] : [timing];
  const of = timing.of.flatMap((inner) => pruned(inner, step));
  return of.length === 0 ? [] : [{ ...timing, of }];
}
