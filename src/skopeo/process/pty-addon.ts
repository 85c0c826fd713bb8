import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import type { Env } from '../../context.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';

/** Name of the addon within the executable; scripts/package.mjs puts it there. */
const ASSET = 'pty.node';

const openAddon = (path: string): unknown => {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, path, constants.dlopen.RTLD_NOW);
  return module.exports;
};

/** A shared object can only be loaded from a file, so it is written, loaded and removed at once. */
const openFromAsset = (own: string): unknown => {
  try {
    const path = join(own, ASSET);
    writeFileSync(path, new Uint8Array(getRawAsset(ASSET)), { mode: 0o700 });
    return openAddon(path);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
};

const openFromNodeModules = (): unknown => {
  const ownRequire = createRequire(import.meta.url);
  const nodePtyRequire = createRequire(ownRequire.resolve('@lydell/node-pty'));
  return openAddon(nodePtyRequire.resolve(`@lydell/node-pty-${process.platform}-${process.arch}/${ASSET}`));
};

const firstThatWorks = (attempts: readonly (() => unknown)[]): unknown => {
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // This directory is not writable or is mounted noexec, or the platform has no addon: try the next.
    }
  }
  return undefined;
};

/**
 * Loads the native half of `@lydell/node-pty`: its exports, or undefined if it is not available. In the executable it
 * is unpacked to the first directory that can be written to and allows execution (containers mount `/dev/shm` noexec);
 * nothing is left behind. Elsewhere it comes from node_modules.
 */
export const loadPtyAddon = (env: Env, makeDirectory: (base: string) => string): unknown => {
  if (!isSea()) return firstThatWorks([openFromNodeModules]);
  const directories = [env.XDG_RUNTIME_DIR, '/dev/shm', tmpdir(), '/var/tmp'].filter((directory) => directory);
  const attempts = directories.map((directory) => () => openFromAsset(makeDirectory(directory ?? '')));
  return firstThatWorks(attempts);
};

/** The only function of the addon that is used: it returns the two file descriptors of a new pseudo-terminal. */
export interface NativePty {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
}

const isNativePty = (addon: unknown): addon is NativePty =>
  typeof addon === 'object' && addon !== null && 'open' in addon && typeof addon.open === 'function';

/** The addon, or undefined if it cannot be loaded: skopeo's lines on a pipe give the same with less detail. */
export const loadNativePty = (env: Env): NativePty | undefined => {
  const addon = loadPtyAddon(env, (base) => makeTemporaryDirectory(base, 'addon'));
  return isNativePty(addon) ? addon : undefined;
};
