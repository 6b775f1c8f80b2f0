/** A timing as it is written. */
export type TimingPlan =
  | { readonly kind: 'step'; readonly step: string; readonly as: 'handle' | 'name' | 'function' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'settled' | 'failed' | 'anyOf' | 'optional'; readonly of: readonly TimingPlan[] };

/** One line of a definition. Names of steps, groups and processes are unique in the flow. */
export type Statement =
  | { readonly do: 'process'; readonly process: string }
  | { readonly do: 'step'; readonly process: string; readonly step: string; readonly timings: readonly TimingPlan[] }
  | { readonly do: 'next' | 'same'; readonly process: string; readonly step: string; readonly of: string }
  | { readonly do: 'follow' | 'parallel'; readonly process: string; readonly group: string; readonly steps: readonly string[] }
  | { readonly do: 'after'; readonly target: string; readonly timings: readonly TimingPlan[] }
  | { readonly do: 'syncAll' | 'always'; readonly process: string; readonly step: string }
  | { readonly do: 'cascade'; readonly step: string; readonly except: readonly string[] }
  | { readonly do: 'order'; readonly process: string; readonly after: readonly string[] }
  | { readonly do: 'limit'; readonly process: string; readonly limit: number };

/** What the body of a step does: `skip` stands for a condition that is false, `pass on` for one of a step that skips its dependents. */
export type Deed = 'succeed' | 'fail' | 'skip' | 'pass on';

/** A flow as it is written, and what its steps do. */
export interface Definition {
  readonly statements: readonly Statement[];
  readonly deeds: ReadonlyMap<string, Deed>;
}

/** Returns a definition as code that can be pasted into a test. */
export function codeOf({ statements, deeds }: Definition): string {
  const lines = statements.map(lineOf);
  const odd = [...deeds].filter(([, deed]) => deed !== 'succeed').map(([step, deed]) => `${step}: ${deed}`);
  return [...lines, `// all succeed${odd.length === 0 ? '' : `, but ${odd.join(', ')}`}`].join('\n');
}

function lineOf(line: Statement): string {
  const listed = (timings: readonly TimingPlan[]): string => timings.map(timingCode).join(', ');
  switch (line.do) {
    case 'process':
      return `const ${line.process} = flow.process('${line.process}');`;
    case 'step':
      return `const ${line.step} = ${line.process}.customStep(f.${line.step}, '${line.step}'${line.timings.length === 0 ? '' : `, ${listed(line.timings)}`});`;
    case 'next':
    case 'same':
      return `const ${line.step} = ${line.of}.${line.do}(f.${line.step}, '${line.step}');`;
    case 'follow':
    case 'parallel': {
      const works = line.steps.map((step) => `f.${step}`).join(', ');
      return `const ${line.group} = ${line.process}.${line.do}(${works}); const [${line.steps.join(', ')}] = ${line.group}.steps;`;
    }
    case 'after':
      return `${line.target}.after(${listed(line.timings)});`;
    case 'syncAll':
    case 'always':
      return `const ${line.step} = ${line.process}.${line.do}(f.${line.step}, '${line.step}');`;
    case 'cascade':
      return `${line.step}.when(f.${line.step}).skipWithDependents({ except: [${line.except.join(', ')}] });`;
    case 'order':
      return `${line.process}.after(${line.after.join(', ')});`;
    case 'limit':
      return `${line.process}.concurrency(${line.limit});`;
    default:
      return line satisfies never;
  }
}

function timingCode(timing: TimingPlan): string {
  if (timing.kind === 'group') return timing.group;
  if (timing.kind !== 'step') return `${timing.kind}(${timing.of.map(timingCode).join(', ')})`;
  return timing.as === 'name' ? `'${timing.step}'` : timing.as === 'function' ? `f.${timing.step}` : timing.step;
}
