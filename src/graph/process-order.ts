import type { FlowSpec, ProcessSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';

/** The processes that a process is ordered after, directly or through others. */
export function allBefore(process: ProcessSpec): ReadonlySet<ProcessSpec> {
  const before = new Set<ProcessSpec>();
  const open = [...process.after];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (before.has(next)) continue;
    before.add(next);
    open.push(...next.after);
  }
  return before;
}

/** Reports processes of one name and processes that wait for one another; returns those that are in order. */
export function checkProcesses(flow: FlowSpec, issues: DefinitionIssue[]): ReadonlySet<ProcessSpec> {
  const names = new Set<string>();
  const orderly = new Set<ProcessSpec>();
  const reported = new Set<ProcessSpec>();
  for (const process of flow.processes) {
    const { name } = process;
    if (names.has(name)) {
      issues.push({ code: 'duplicate-process', message: `process '${name}' is defined twice in flow '${flow.name}'; give each process its own name`, at: name });
    }
    names.add(name);
    if (!allBefore(process).has(process)) {
      orderly.add(process);
    } else if (!reported.has(process)) {
      const cycle = cycleThrough(process);
      for (const member of cycle) reported.add(member);
      const path = [...cycle, process].map((member) => `process '${member.name}'`).join(' → ');
      const todo = cycle.length === 1 ? 'a process cannot wait for itself' : 'take one of these orders away';
      issues.push({ code: 'cycle', message: `processes wait for one another: ${path}; ${todo}`, at: name });
    }
  }
  return orderly;
}

/** The shortest way from a process back to itself, in the order in which they would run. */
function cycleThrough(process: ProcessSpec): readonly ProcessSpec[] {
  const cameFrom = new Map<ProcessSpec, ProcessSpec>();
  const open = [process];
  for (const next of open) {
    for (const before of next.after) {
      if (before === process) {
        const back = [next];
        for (let at = next; at !== process; back.push(at)) at = cameFrom.get(at) as ProcessSpec;
        return [process, ...back.slice(0, -1)];
      }
      if (!cameFrom.has(before)) {
        cameFrom.set(before, next);
        open.push(before);
      }
    }
  }
  return [process];
}
