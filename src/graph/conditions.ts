import type { FlowSpec, StepSpec } from '../define/spec.ts';
import type { DefinitionIssue } from '../errors.ts';

/** What is wrong with the conditions of a flow, apart from refs. */
export function conditionIssues(flow: FlowSpec): readonly DefinitionIssue[] {
  return flow.processes.flatMap(({ steps }) => steps.flatMap(issuesOf));
}

function issuesOf({ conditions, mergedConditions, cascade, name, path }: StepSpec): readonly DefinitionIssue[] {
  if (conditions === undefined && mergedConditions.length === 0) {
    if (cascade === undefined) return [];
    const message = `step '${name}' skips its dependents and has no condition, so it is never skipped; add a condition, or take skipWithDependents away`;
    return [{ code: 'invalid-condition', message, at: path }];
  }
  return [conditions ?? [], ...mergedConditions].flatMap((groups) => {
    const empty = groups.findIndex((group) => group.length === 0);
    if (empty < 0) return [];
    const where = empty === 0 ? 'before its first condition' : empty === groups.length - 1 ? 'after its last condition' : 'twice in a row';
    return [{ code: 'empty-or-group', message: `step '${name}' has an or() ${where}; put conditions on both sides of each or()`, at: path }];
  });
}
