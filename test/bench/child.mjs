const tasks = {
  cell: async () => (await import('./cell.mjs')).measureCell,
  compile: async () => (await import('./compile.mjs')).measureCompile,
  block: async () => (await import('./block.mjs')).measureBlock,
  memory: async () => (await import('./memory.mjs')).measureMemory,
  throughput: async () => (await import('./durable/throughput.mjs')).measureThroughput,
  latency: async () => (await import('./durable/latency.mjs')).measureLatency,
  recovery: async () => (await import('./durable/recovery.mjs')).measureRecovery,
  sleepers: async () => (await import('./durable/sleepers.mjs')).measureSleepers,
  apply: async () => (await import('./durable/apply.mjs')).measureApply,
  openworkflow: async () => (await import('./durable/openworkflow.mjs')).measureOpenWorkflow,
};

process.once('disconnect', () => process.exit());
process.once('message', async ({ task, options }) => {
  const send = (message) => new Promise((sent) => process.send(message, sent));
  try {
    const work = await tasks[task]();
    await send({ result: await work(options, (state) => process.send({ state })) });
  } catch (error) {
    await send({ failed: String(error?.message ?? error).split('\n')[0].slice(0, 160) });
  }
  process.exit(0);
});
