import { once } from 'node:events';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { loadNativePty } from '../../src/skopeo/process/pty-addon.ts';
import { makeFifo } from '../support/fifo.ts';
import { NEEDS_ROOT } from '../support/needs-root.ts';
import { AS_NOBODY } from '../support/nobody.ts';
import type { TempDir } from '../support/temp.ts';

/** The writing end of something whose reader takes nothing any more. */
interface DeafReader extends AsyncDisposable {
  /** As an entry of `stdio`. */
  readonly end: number | Socket;
}

/** A kind of them. */
interface DeafKind {
  open(dir: TempDir): Promise<DeafReader>;
  /** Command in front of who writes to it. */
  readonly wrap: readonly string[];
}

const { O_RDWR, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;

/** Writes until nothing more is accepted. */
const fill = (fd: number): void => {
  for (const part of ['.'.repeat(1024), '.']) {
    try {
      while (writeSync(fd, part) > 0);
    } catch {
      // EAGAIN: full
    }
  }
};

const fillFile = (path: string): void => {
  const fd = openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  fill(fd);
  closeSync(fd);
};

const pipe = async (dir: TempDir): Promise<DeafReader> => {
  const path = makeFifo(dir.join('full-pipe'));
  const fd = openSync(path, O_RDWR | O_NONBLOCK);
  const end = openSync(path, O_WRONLY);
  fillFile(path);
  unlinkSync(path);
  return {
    end,
    async [Symbol.asyncDispose]() {
      closeSync(fd);
      closeSync(end);
    },
  };
};

const socket = async (dir: TempDir): Promise<DeafReader> => {
  const server = createServer({ pauseOnConnect: true }).listen(dir.join('full-socket'));
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const end = connect(dir.join('full-socket'));
  const [other] = await accepted;
  end.on('error', () => undefined);
  // Nothing may be left to Node: the start of a child makes the socket blocking, and Node would wait in the kernel.
  fill((end as unknown as { readonly _handle: { readonly fd: number } })._handle.fd);
  return {
    end,
    async [Symbol.asyncDispose]() {
      end.destroy();
      other.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** `deafen` gets the master and the path of the slave. */
const terminal = (deafen: (master: number, path: string) => void) => async (): Promise<DeafReader> => {
  const native = loadNativePty(process.env);
  if (native === undefined) throw new Error('no pseudo-terminals');
  const { master, slave, pty } = native.open(80, 24);
  deafen(master, pty);
  return {
    end: slave,
    async [Symbol.asyncDispose]() {
      closeSync(slave);
      closeSync(master);
    },
  };
};

const CTRL_S = '\x13';

const window = terminal((_, path) => fillFile(path));

/** All that stdout and stderr can be, besides a file. */
export const DEAF_READERS: Readonly<Record<string, DeafKind>> = {
  'a pipe that is full': { open: pipe, wrap: [] },
  'a socket that is full': { open: socket, wrap: [] },
  'a terminal whose window hangs': { open: window, wrap: [] },
  'a terminal that Ctrl-S has stopped': { open: terminal((master) => void writeSync(master, CTRL_S)), wrap: [] },
  ...(NEEDS_ROOT ? {} : { 'the terminal of another user': { open: window, wrap: AS_NOBODY } }),
};
