import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { Descriptors } from './descriptors.ts';
import type { NativePty } from './pty-addon.ts';

/**
 * Size of skopeo's terminal. skopeo shows at most as many layers as there are rows, and cuts rows below 100 columns; on
 * a terminal without a size it shows nothing.
 */
const COLUMNS = 200;
const ROWS = 1000;

/** A pseudo-terminal whose slave becomes the stdout of one child. */
export interface Terminal {
  readonly slaveFd: number;
  readonly master: ReadStream;
  /** Call this right after the spawn: while we hold the slave, we cannot notice the end of the child. */
  closeSlave(): void;
}

/**
 * Opens pseudo-terminals and hides them from the children that do not own them. The addon opens its descriptors without
 * close-on-exec; a child that inherits a master would keep a skopeo writing after our own death.
 */
export class Terminals {
  readonly #native: NativePty | undefined;
  readonly descriptors: Descriptors;

  constructor(native: NativePty | undefined, descriptors = new Descriptors()) {
    this.#native = native;
    this.descriptors = descriptors;
  }

  /** A new terminal; undefined if there is none, which is not an error: a pipe gives the same with less detail. */
  open(): Terminal | undefined {
    if (!this.#native) return undefined;
    try {
      return this.#adopt(this.#native.open(COLUMNS, ROWS));
    } catch {
      return undefined;
    }
  }

  #adopt({ master, slave, pty }: ReturnType<NativePty['open']>): Terminal {
    // Reopened by its path, since Node sets close-on-exec on what it opens itself.
    const slaveFd = openSync(pty, constants.O_RDWR | constants.O_NOCTTY);
    closeSync(slave);
    const stream = new ReadStream(master);
    this.descriptors.hide(master);
    stream.once('close', () => this.descriptors.closed(master));
    return { slaveFd, master: stream, closeSlave: () => closeSync(slaveFd) };
  }
}
