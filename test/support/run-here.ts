import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { processContext } from '../../src/context.ts';
import { runProgram } from '../../src/main.ts';
import type { CliOptions, CliResult } from './process.ts';
import { SKOPEO } from './skopeo.ts';

/** Where the process is while no call is under way, and where each call under way wants it to be: all at one place. */
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
  const exitCode = await runProgram(args, {
    ...processContext(),
    env: { PATH: process.env.PATH, SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO, ...env },
    cwd,
    stdin: Readable.from([input]),
    stdout,
    stderr,
    signals: new EventEmitter(),
    program: [],
  });
  stdout.end();
  stderr.end();
  const [stdoutText, stderrText] = await output;
  return { exitCode, stdout: stdoutText, stderr: stderrText };
};
