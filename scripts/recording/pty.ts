import { closeSync, constants, openSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The part of node-pty's native module that opens a terminal without starting a process. */
interface NativePty {
  open(columns: number, rows: number): { master: number; slave: number; pty: string };
}

/** A pseudo-terminal: the child gets `slave` as stdout, we read `master` by `tty.ReadStream`. */
export interface Pty {
  readonly master: number;
  readonly slave: number;
}

const require = createRequire(import.meta.url);

/** Opens a pseudo-terminal of the given size. The slave is reopened so that it is closed in other children. */
export const openPty = (columns: number, rows: number): Pty => {
  const native: NativePty = require(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`);
  const { master, slave: leaky, pty } = native.open(columns, rows);
  const slave = openSync(pty, constants.O_RDWR | constants.O_NOCTTY);
  closeSync(leaky);
  return { master, slave };
};
