import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../project/support.ts';

/** A program that runs beside this one. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has printed its first line. */
  readonly ready: Promise<unknown>;
  /** Resolves with how it has ended. */
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the programs beside this file. */
export function program(name: string, ...args: readonly string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', `test/durable/crash/${name}.ts`, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [textOf(child, 'stdout'), textOf(child, 'stderr')];
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>; // what Node says of this event
  return {
    pid: child.pid ?? 0,
    ready: Promise.race([once(child.stdout, 'data'), closed]),
    ended: closed.then(([code, signal]) => ({ code, signal, stdout: stdout(), stderr: stderr() })),
    kill: (signal) => void child.kill(signal),
  };
}

function textOf(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[stream]?.setEncoding('utf8').on('data', (part: string) => (text += part));
  return () => text;
}
