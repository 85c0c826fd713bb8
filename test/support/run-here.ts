import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from '../../src/main.ts';
import { contextOf } from './context.ts';
import type { CliOptions, CliResult } from './process.ts';

/** The working directory while no call is in progress, and that of each call in progress: these are all the same. */
const start = process.cwd();
const inUse: string[] = [];

/** Goes to `cwd` until what it returns is disposed of. */
const goTo = (cwd: string): Disposable => {
  const [other = cwd] = inUse;
  if (other !== cwd) throw new Error(`runHere in ${cwd} while it runs in ${other}: use runCli, or one directory`);
  inUse.push(cwd);
  process.chdir(cwd);
  return {
    [Symbol.dispose]() {
      inUse.pop();
      if (inUse.length === 0) process.chdir(start);
    },
  };
};

/**
 * Runs `skopeo-wrapper ARGS` within this process, in the environment that a process of its own would have: for tests of
 * what is said and done where the process is not what is tested, as its start takes three times as long as all the rest.
 * Not for commands that hand their own stdout to skopeo, such as inspect.
 */
export const runHere = async (
  args: readonly string[],
  { env = {}, cwd = process.cwd(), input = '' }: Pick<CliOptions, 'env' | 'cwd' | 'input'> = {},
): Promise<Pick<CliResult, 'exitCode' | 'stdout' | 'stderr'>> => {
  using _ = goTo(cwd);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await runProgram(args, contextOf({ env, cwd, stdin: Readable.from([input]), stdout, stderr }));
  stdout.end();
  stderr.end();
  const [stdoutText, stderrText] = await output;
  return { exitCode, stdout: stdoutText, stderr: stderrText };
};
