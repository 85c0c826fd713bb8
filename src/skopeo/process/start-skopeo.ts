import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';
import type { Env } from '../../context.ts';
import { defined } from '../../defined.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { OutputEvent } from '../../tracking/events.ts';
import { type ErrorLine, StderrParser, StdoutParser } from '../output/output-parser.ts';
import { withGrace } from './grace.ts';
import { OutputBuffer } from './output-buffer.ts';
import { type Launcher, launch } from './parent-death.ts';
import { openPipe, type Pipe } from './pipe.ts';
import type { Terminal, Terminals } from './terminals.ts';

/**
 * How long skopeo may take to end after SIGTERM before it is killed. skopeo does not handle SIGTERM, so this is rarely
 * needed.
 */
const KILL_DELAY_MS = 5_000;

/**
 * Where skopeo's streams go. `progress`: stdout goes to the parser, through a pseudo-terminal if there is one. `data`:
 * stdout is ours, byte for byte. `captured`: stdout is returned in the exit. `terminal`: all streams are ours, so that
 * prompts work; nothing is read.
 */
export type StreamMode = 'progress' | 'data' | 'captured' | 'terminal';

/** How one skopeo process ended. */
export interface SkopeoExit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Message of skopeo's last fatal entry, decoded; absent when it was killed or crashed. */
  readonly fatalMessage: string | undefined;
  /** `ENOENT`, `EACCES`, …: the process never ran. */
  readonly spawnErrorCode: string | undefined;
  /** What it wrote to stdout; only with `captured`. */
  readonly stdout: Buffer;
  /** It wrote more than may be captured, and was ended because of that. */
  readonly isCut: boolean;
}

interface SkopeoProcess {
  readonly pid: number | undefined;
  /** Whether its stdout is a terminal, with progress lines that show bytes, or only plain lines. */
  readonly onTerminal: boolean;
  /** Bytes received from stdout and stderr so far: skopeo's own display adds these to its `writtenBytes`. */
  outputBytes(): number;
  readonly ended: Promise<SkopeoExit>;
}

/** Which skopeo to start, and how. */
export interface SkopeoProgram {
  readonly binary: string;
  /** How to start skopeo so that it ends when this process does; absent: directly. */
  readonly launcher?: Launcher;
  readonly env: Env;
  readonly cwd: string;
}

export interface SkopeoOptions extends SkopeoProgram {
  readonly args: readonly string[];
  readonly terminals: Terminals;
  readonly streams: StreamMode;
  /** Written to its stdin; absent: skopeo reads ours. */
  readonly stdin?: Secret;
  /** Aborting it ends skopeo: SIGTERM, then SIGKILL. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: OutputEvent) => void;
  /** Every line of stderr, as skopeo wrote it, after its events. */
  readonly onErrorLine: (line: ErrorLine) => void;
}

/** execa takes any descriptor, but its types name only the first ones. */
const descriptor = (fd: number): 3 => fd as 3;

const stdoutOf = (streams: StreamMode, terminal: Terminal | undefined) => {
  if (streams === 'data' || streams === 'terminal') return 'inherit';
  return terminal ? descriptor(terminal.slaveFd) : 'pipe';
};

/**
 * Prevents GnuPG from asking for a passphrase on the pseudo-terminal, where nobody would answer: gpgme gives it the
 * terminal of stdout, unless this variable is set.
 */
const NO_PASSPHRASE_THERE = { GPG_TTY: '' };

const stderrOf = (streams: StreamMode, errors: Pipe | undefined) => {
  if (streams === 'terminal') return 'inherit';
  return errors ? descriptor(errors.writerFd) : 'pipe';
};

const spawn = (options: SkopeoOptions, terminal: Terminal | undefined, errors: Pipe | undefined) => {
  const nullFd = openSync('/dev/null', 'r+');
  try {
    return execa(...launch(options.launcher ?? [], options.binary, options.args), {
      stdio: [
        options.stdin === undefined ? 'inherit' : 'pipe',
        stdoutOf(options.streams, terminal),
        stderrOf(options.streams, errors),
        ...options.terminals.descriptors.stdio(nullFd).map((fd) => (fd === 'ignore' ? fd : descriptor(fd))),
      ],
      ...defined({ input: options.stdin?.reveal() }),
      env: terminal ? { ...NO_PASSPHRASE_THERE, ...options.env } : options.env,
      extendEnv: false,
      cwd: options.cwd,
      reject: false,
      buffer: false,
      cancelSignal: options.signal,
      forceKillAfterDelay: KILL_DELAY_MS,
    });
  } finally {
    terminal?.closeSlave();
    errors?.closeWriter();
    closeSync(nullFd);
  }
};

/**
 * Holds the chunks of a stream back until everything that a process wrote earlier to another stream has been read, too.
 * The kernel does not give the order between two streams. But after two turns of the event loop one complete poll has
 * passed, and everything that was waiting has been read.
 */
class DelayedOutput<Chunk> {
  readonly #take: (chunk: Chunk) => void;
  readonly #chunks: Chunk[] = [];

  constructor(take: (chunk: Chunk) => void) {
    this.#take = take;
  }

  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    setImmediate(() => setImmediate(() => this.#release()));
  }

  /** Passes on what is still held back; both streams have ended. */
  flush(): void {
    while (this.#chunks.length > 0) this.#release();
  }

  #release(): void {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) this.#take(chunk);
  }
}

/** Direct children of all threads of a process; none if the system does not show them (not Linux). */
const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
};

/** The processes that a process has started, and theirs: the credential helpers for which skopeo waits. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

/**
 * Ends everything that a process has started. Call this before the process itself is ended: afterwards its orphans
 * cannot be distinguished from other processes. They would go on after its end, and hold its stderr open.
 */
export const killDescendants = (pid: number): void => {
  for (const descendant of descendantsOf(pid)) {
    try {
      process.kill(descendant, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
};

/** A terminal reports the end of its last writer as an error (EIO). */
const drained = async (stream: NodeJS.ReadableStream | null | undefined): Promise<void> => {
  if (stream) await finished(stream, { writable: false }).catch(() => undefined);
};

/** Starts skopeo and reads its output. Never rejects: every kind of end is a `SkopeoExit`. */
export const startSkopeo = (options: SkopeoOptions): SkopeoProcess => {
  const { streams, onEvent, onErrorLine } = options;
  const terminal = streams === 'progress' ? options.terminals.open() : undefined;
  const endHelpers = (): void => {
    if (child.pid !== undefined) killDescendants(child.pid);
  };
  // Before `spawn` adds its own listener: when skopeo is gone, its helpers cannot be distinguished from other
  // processes.
  options.signal.addEventListener('abort', endHelpers, { once: true });
  const errors = streams === 'terminal' ? undefined : openPipe(options.env);
  const child = withGrace(spawn(options, terminal, errors), terminal?.master, errors?.reader);
  const stdout = new StdoutParser();
  const stderr = new StderrParser();
  const captured = new OutputBuffer();
  let outputBytes = 0;
  let fatalMessage: string | undefined;

  // What the log says about an image must come before the line on stdout that ends the image.
  const shown = new DelayedOutput<Buffer>((chunk) => stdout.push(chunk).forEach(onEvent));
  const takeOutput = (chunk: Buffer): void => {
    outputBytes += chunk.length;
    if (streams === 'captured') captured.push(chunk);
    else shown.push(chunk);
    if (captured.isCut) child.kill();
  };
  const takeErrors = (lines: readonly ErrorLine[]): void => {
    for (const line of lines) {
      for (const event of line.events) {
        if (event.type === 'log' && event.level === 'fatal') fatalMessage = event.message;
        onEvent(event);
      }
      onErrorLine(line);
    }
  };
  const out = terminal?.master ?? child.stdout;
  out?.on('data', takeOutput);
  const err = errors?.reader ?? child.stderr;
  err?.on('data', (chunk: Buffer) => {
    outputBytes += chunk.length;
    takeErrors(stderr.push(chunk));
  });

  const end = async (): Promise<SkopeoExit> => {
    const [result] = await Promise.all([child, drained(out), drained(err)]);
    options.signal.removeEventListener('abort', endHelpers);
    shown.flush();
    stdout.end().forEach(onEvent);
    takeErrors(stderr.end());
    const neverRan = result.failed && result.exitCode === undefined && result.signal === undefined;
    return {
      exitCode: result.exitCode,
      signal: result.signal,
      fatalMessage,
      spawnErrorCode: neverRan ? (result.code ?? 'UNKNOWN') : undefined,
      stdout: captured.isCut ? Buffer.alloc(0) : captured.bytes(),
      isCut: captured.isCut,
    };
  };
  return { pid: child.pid, onTerminal: terminal !== undefined, outputBytes: () => outputBytes, ended: end() };
};
