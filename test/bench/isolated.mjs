import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('./child.mjs', import.meta.url));

/**
 * Does a task in a process of its own, so that contestants do not spoil each other's machine code, and none can hang or
 * exhaust the bench. The budget counts from the moment the contestant is loaded until its first pass is checked; after
 * that the task keeps its own time, and four budgets end it in any case.
 *
 * @returns {Promise<{ result?: object, failed?: string }>}
 */
export function isolated(task, options, budgetMs) {
  return new Promise((resolve) => {
    const process = fork(child, { execArgv: ['--expose-gc', '--max-old-space-size=4096'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    let timer;
    const limit = (ms, why) => {
      clearTimeout(timer);
      timer = setTimeout(() => finish({ failed: why }), ms);
    };
    const finish = (answer) => {
      clearTimeout(timer);
      process.kill('SIGKILL');
      resolve(answer);
    };
    const firstMs = Math.max(60_000, budgetMs);
    limit(firstMs, `nothing within ${firstMs / 1000} s`);
    process.on('message', (message) => {
      if (message.state === 'loaded') limit(budgetMs, `one run did not end within ${budgetMs / 1000} s`);
      else if (message.state === 'checked') limit(4 * budgetMs, `one run did not end within ${budgetMs / 1000} s when measured`);
      else finish(message);
    });
    process.on('error', (error) => finish({ failed: error.message }));
    process.on('exit', (code, signal) => finish({ failed: signal === 'SIGABRT' || code === 134 ? 'out of memory' : `the process ended with ${signal ?? code}` }));
    process.send({ task, options });
  });
}
