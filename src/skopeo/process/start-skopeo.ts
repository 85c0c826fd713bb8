import { closeSync, openSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';
import type { OutputEvent } from '../../tracking/events.ts';
import { type ErrorLine, StderrParser, StdoutParser } from '../output/output-parser.ts';
import type { Terminals } from './terminals.ts';

/** How long skopeo may take to die of SIGTERM before it is killed. It has no handlers, so this is a last resort. */
const KILL_DELAY_MS = 5_000;

/** execa takes any descriptor, but its types name only the first ones. */
const descriptor = (fd: number): 3 => fd as 3;

/** How one skopeo process ended. */
export interface SkopeoExit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Message of skopeo's last fatal entry, decoded; absent when it was killed or crashed. */
  readonly fatalMessage: string | undefined;
  /** `ENOENT`, `EACCES`, …: the process never ran. */
  readonly spawnErrorCode: string | undefined;
}

export interface SkopeoProcess {
  readonly pid: number | undefined;
  /** Whether its stdout is a terminal: rows with bytes, or only lines. */
  readonly onTerminal: boolean;
  /** Bytes received from stdout and stderr so far: what skopeo's own display adds to its `writtenBytes`. */
  outputBytes(): number;
  readonly ended: Promise<SkopeoExit>;
}

export interface SkopeoOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly terminals: Terminals;
  /** Aborting it ends skopeo: SIGTERM, then SIGKILL. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: OutputEvent) => void;
  /** Every line of stderr, as skopeo wrote it, after its events. */
  readonly onErrorLine: (line: ErrorLine) => void;
}

/**
 * Starts a skopeo that reports progress: stdout on a pseudo-terminal of its own where one can be had, stderr always on
 * a pipe. Never rejects: every way to end is a `SkopeoExit`.
 */
export const startSkopeo = (options: SkopeoOptions): SkopeoProcess => {
  const terminal = options.terminals.open();
  const nullFd = openSync('/dev/null', 'r+');
  const child = execa(options.binary, options.args, {
    stdio: [
      'inherit',
      terminal ? descriptor(terminal.slaveFd) : 'pipe',
      'pipe',
      ...options.terminals.shield(descriptor(nullFd)),
    ],
    env: options.env,
    extendEnv: false,
    cwd: options.cwd,
    reject: false,
    buffer: false,
    stripFinalNewline: false,
    cancelSignal: options.signal,
    forceKillAfterDelay: KILL_DELAY_MS,
  });
  terminal?.closeSlave();
  closeSync(nullFd);

  let outputBytes = 0;
  let fatalMessage: string | undefined;
  const stdout = new StdoutParser();
  const stderr = new StderrParser();
  const emit = (events: readonly OutputEvent[]): void => events.forEach(options.onEvent);
  const emitErrors = (lines: readonly ErrorLine[]): void => {
    for (const line of lines) {
      for (const event of line.events) {
        if (event.type === 'log' && event.level === 'fatal') fatalMessage = event.message;
        options.onEvent(event);
      }
      options.onErrorLine(line);
    }
  };

  const out = terminal?.master ?? child.stdout;
  out?.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    emit(stdout.push(chunk));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    emitErrors(stderr.push(chunk));
  });

  const drained = async (stream: NodeJS.ReadableStream | null | undefined): Promise<void> => {
    // A terminal reports the end of its last writer as EIO.
    if (stream) await finished(stream, { writable: false }).catch(() => undefined);
  };
  const collect = async (): Promise<SkopeoExit> => {
    const [result] = await Promise.all([child, drained(out), drained(child.stderr)]);
    emit(stdout.end());
    emitErrors(stderr.end());
    const neverRan = result.failed && result.exitCode === undefined && result.signal === undefined;
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      fatalMessage,
      spawnErrorCode: neverRan ? (result.code ?? 'UNKNOWN') : undefined,
    };
  };
  return { pid: child.pid, onTerminal: terminal !== undefined, outputBytes: () => outputBytes, ended: collect() };
};
