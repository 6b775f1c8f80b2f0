import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';

/** The steps by tier: the longest path to each. */
function tiers(shape) {
  const levels = [];
  const found = [];
  shape.deps.forEach((deps, step) => {
    const level = deps.reduce((most, dep) => Math.max(most, levels[dep] + 1), 0);
    levels.push(level);
    (found[level] ??= []).push(step);
  });
  return found;
}

/** Mastra knows no arbitrary DAG: the tiers follow one another with `then`, and a tier of several steps is one `parallel`. */
export function prepare(shape, functions) {
  let workflow = createWorkflow({ id: 'bench', inputSchema: z.any(), outputSchema: z.any() });
  const steps = shape.names.map((id, step) =>
    createStep({ id, inputSchema: z.any(), outputSchema: z.any(), execute: async () => functions[step](step) }),
  );
  for (const tier of tiers(shape)) workflow = tier.length === 1 ? workflow.then(steps[tier[0]]) : workflow.parallel(tier.map((step) => steps[step]));
  const committed = workflow.commit();
  return async () => {
    const run = await committed.createRunAsync();
    return run.start({ inputData: {} });
  };
}
