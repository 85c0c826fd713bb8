import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SKOPEO } from './skopeo.ts';

export { waitFor } from './wait-for.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const { SKOPEO_WRAPPER = join(ROOT, 'bin', 'dev.js') } = process.env;

/**
 * How the CLI is started: the executable or the script (by the Node that runs the tests) that the environment variable
 * `SKOPEO_WRAPPER` names, or else the sources.
 */
export const CLI: readonly [string, ...string[]] = SKOPEO_WRAPPER.endsWith('.js')
  ? [process.execPath, SKOPEO_WRAPPER]
  : [SKOPEO_WRAPPER];

const COMPILE_CACHE = join(ROOT, '.cache', 'compile');

export interface CliOptions {
  /** Added to a bare environment: PATH, Node's compile cache, the skopeo under test, nothing else of the caller's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Command in front of the CLI, such as `setpriv` or `timeout` with their arguments. */
  readonly wrap?: readonly string[];
  readonly input?: string;
  /** What to start instead of {@link CLI}. */
  readonly program?: readonly [string, ...string[]];
  /** Killed after this; 180 s unless told otherwise: only a guard against a process that hangs. */
  readonly timeoutMs?: number;
}

export interface CliResult {
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A CLI process that runs. */
export interface RunningCli {
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly result: Promise<CliResult>;
  kill(signal: NodeJS.Signals): void;
  /** Ends our reading of its stdout, as `| head -1` does. */
  closeStdout(): void;
}

/** Starts `skopeo-wrapper ARGS` without a terminal. */
export const startCli = (args: readonly string[], options: CliOptions = {}): RunningCli => {
  const { env = {}, cwd, wrap = [], input, program = CLI, timeoutMs = 180_000 } = options;
  const [file = '', ...argv] = [...wrap, ...program, ...args];
  const child = spawn(file, argv, {
    env: {
      PATH: process.env.PATH ?? '',
      // Halves the time that the sources need to start.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO,
      ...env,
    },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const startedMs = performance.now();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');

  const { promise: result, resolve, reject } = Promise.withResolvers<CliResult>();
  child.once('error', reject);
  child.once('close', (exitCode, signal) =>
    resolve({
      ...output,
      exitCode: exitCode ?? undefined,
      signal: signal ?? undefined,
      durationMs: performance.now() - startedMs,
    }),
  );
  return {
    pid: child.pid ?? 0,
    output,
    result,
    kill: (signal) => void child.kill(signal),
    closeStdout: () => void child.stdout.destroy(),
  };
};

/** Runs `skopeo-wrapper ARGS` to its end; never throws for its exit status. */
export const runCli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  startCli(args, options).result;

/** A process as `/proc` shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly commandLine: readonly string[];
}

const readProcess = (pid: number, variable: string): ProcessInfo | undefined => {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    if (!environment.split('\0').includes(variable)) return undefined;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return commandLine.length === 0 ? undefined : { pid, commandLine };
  } catch {
    return undefined; // gone meanwhile, or not ours
  }
};

/**
 * Living processes whose environment holds `NAME=VALUE`, zombies left out. Give a run a variable of its own and every
 * process that it leaves behind is found, whatever became of its parent.
 */
export const processesWithEnv = (variable: string): ProcessInfo[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readProcess(Number(pid), variable))
    .filter((info) => info !== undefined);

/** Kills every process whose environment holds `NAME=VALUE`. */
export const killProcessesWithEnv = (variable: string): void => {
  for (const { pid } of processesWithEnv(variable)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone meanwhile
    }
  }
};
