import type { Context } from '../../context.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';
import { loadPtyAddon } from '../../native/pty-addon.ts';

/** The one function of the addon that is used: the pair of file descriptors of a new pseudo-terminal. */
export interface NativePty {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

const isNativePty = (addon: unknown): addon is NativePty =>
  typeof addon === 'object' && addon !== null && 'open' in addon && typeof addon.open === 'function';

/** The addon, where it can be loaded; undefined elsewhere: skopeo's lines on a pipe serve as well, with less detail. */
export const loadNativePty = (env: Context['env']): NativePty | undefined => {
  const addon = loadPtyAddon(env, (base) => makeTemporaryDirectory(base, 'addon'));
  return isNativePty(addon) ? addon : undefined;
};
