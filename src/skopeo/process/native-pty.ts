import { createRequire } from 'node:module';

/** The one function of the addon that is used: the pair of file descriptors of a new pseudo-terminal. */
export interface NativePty {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

/** Loads the prebuilt addon; undefined where there is none (another platform, a directory that forbids execution). */
export const loadNativePty = (): NativePty | undefined => {
  try {
    return createRequire(import.meta.url)(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`);
  } catch {
    return undefined;
  }
};
