import { createFlows, FlowDefinitionError, type DefinitionIssue, type Flow, type Process } from 'millrace';

/** A flow `f` with a process `p`. */
export function definition(): { readonly flow: Flow; readonly p: Process<undefined> } {
  const flow = createFlows().registerFlow('f');
  return { flow, p: flow.process('p') };
}

/** All problems of a definition; none if it compiles. */
export function issuesOf(flow: Flow): readonly DefinitionIssue[] {
  try {
    flow.graph();
    return [];
  } catch (error) {
    if (error instanceof FlowDefinitionError) return error.issues;
    throw error;
  }
}

/** Asserts nothing about types: hands over what the compiler would refuse. */
export const wrong = (value: unknown): never => value as never;
