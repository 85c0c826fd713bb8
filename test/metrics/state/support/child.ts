import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';

/** A run in a process of its own, with one copy in progress. */
export interface ChildRun {
  readonly process: ChildProcess;
  /** Its pid in its own pid namespace. */
  readonly pid: number;
  ask(line: 'finish' | 'view' | 'fold'): Promise<unknown>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('run-child.ts', import.meta.url));

/** Starts a run; `prefix` is a command that starts it, such as unshare(1). `script` and `node` may lie elsewhere. */
export const startChildRun = async (
  t: TestContext,
  location: StateLocation,
  {
    prefix = [],
    script = SCRIPT,
    node = process.execPath,
    ...options
  }: SpawnOptions & { prefix?: readonly string[]; script?: string; node?: string } = {},
): Promise<ChildRun> => {
  const [command = node, ...args] = [...prefix, node, script, JSON.stringify(location)];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  t.after(() => child.kill('SIGKILL'));
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('no pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the child ended: ${child.exitCode ?? child.signalCode}`);
    return value;
  };
  const ready = await next();
  return {
    process: child,
    pid: Number(ready.split(' ')[1]),
    ask: async (line) => {
      stdin.write(`${line}\n`);
      return JSON.parse(await next());
    },
    kill: async (signal) => {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null && signal !== 'SIGSTOP') await once(child, 'exit');
    },
  };
};
