import { realpathSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { Redactor } from './secrets/redactor.ts';

/**
 * Both clocks of a process. Wall time is for records that are read after the process has ended, monotonic time for all
 * differences.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump. */
  wallMs(): number;
  /** Milliseconds of CLOCK_MONOTONIC: comparable between the processes of one boot, never jumps. */
  monotonicMs(): number;
}

/** A stream for people or data; `isTTY` and `columns` as on Node's own terminal streams. */
export type OutputStream = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** What signals come from. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

/** When the run that this process carries out must have ended: its outputs wait no longer for their readers. */
export class Deadline {
  #atMs = Infinity;

  /** Monotonic milliseconds. */
  get atMs(): number {
    return this.#atMs;
  }

  /** The earliest one counts. */
  bringForward(atMs: number): void {
    this.#atMs = Math.min(this.#atMs, atMs);
  }
}

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Everything outside this program that it uses. It is passed in, so that no code reads a global. */
export interface Context {
  readonly env: Env;
  readonly cwd: string;
  readonly clock: Clock;
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly signals: SignalSource;
  readonly deadline: Deadline;
  readonly pid: number;
  readonly uid: number;
  /** Real paths of the executable or script that runs: they are not skopeo, under whatever name PATH has them. */
  readonly program: readonly string[];
  /** Descriptors above 2 that this process was given; skopeo gets them, too. */
  readonly inheritedDescriptors: readonly number[];
  /** Knows the secrets of this run, and hides them in everything that is shown. */
  readonly redactor: Redactor;
}

/** The clocks of this process. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
};

const realPaths = (paths: readonly (string | undefined)[]): string[] =>
  paths.flatMap((path) => {
    try {
      return path === undefined ? [] : [realpathSync(path)];
    } catch {
      return []; // a path within the executable
    }
  });

/** The context of this process, which `main` passes to every command. */
export const processContext = (inheritedDescriptors: readonly number[] = []): Context => ({
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  deadline: new Deadline(),
  pid: process.pid,
  uid: process.getuid?.() ?? 0,
  program: realPaths([process.execPath, process.argv[1]]),
  inheritedDescriptors,
  redactor: new Redactor(),
});
