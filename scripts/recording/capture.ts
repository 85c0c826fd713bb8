import { isUtf8 } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { RecordedChunk } from '../../test/support/recorded-run.ts';
import { openPty } from './pty.ts';

export interface Winsize {
  readonly columns: number;
  readonly rows: number;
}

/** What a process printed, when, and how it ended. */
export interface Capture {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly chunks: readonly RecordedChunk[];
}

export interface CaptureOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Size of a pseudo-terminal on stdout; absent: a pipe. stderr is always a pipe. */
  readonly winsize?: Winsize;
  /** Acts on the process while it runs, such as by sending a signal. */
  readonly during?: (pid: number) => Promise<void>;
}

const recorded = (ms: number, stream: RecordedChunk['stream'], bytes: Buffer): RecordedChunk => ({
  ms: Math.round(ms),
  stream,
  ...(isUtf8(bytes) ? { text: bytes.toString() } : { base64: bytes.toString('base64') }),
});

/** Runs a program to its end and keeps every chunk of its output with its time. */
export const capture = async (file: string, argv: readonly string[], options: CaptureOptions): Promise<Capture> => {
  const { env, winsize, during } = options;
  const pty = winsize && openPty(winsize.columns, winsize.rows);
  const startedMs = performance.now();
  const chunks: RecordedChunk[] = [];
  const keep = (stream: RecordedChunk['stream']) => (bytes: Buffer) =>
    void chunks.push(recorded(performance.now() - startedMs, stream, bytes));

  const child = spawn(file, argv, { env, stdio: ['ignore', pty?.slave ?? 'pipe', 'pipe'] });
  const terminal = pty && new ReadStream(pty.master);
  if (pty) closeSync(pty.slave);
  // Linux ends a terminal with EIO once its last slave is closed.
  terminal?.on('error', () => {});
  const closed = terminal && new Promise((resolve) => terminal.once('close', resolve));
  terminal?.on('data', keep('stdout'));
  child.stdout?.on('data', keep('stdout'));
  child.stderr?.on('data', keep('stderr'));
  const ended = once(child, 'close');
  await during?.(child.pid ?? 0);
  const [exitCode, signal] = await ended;
  await closed;
  return { exitCode, signal, durationMs: Math.round(performance.now() - startedMs), chunks };
};
