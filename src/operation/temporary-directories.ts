import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Transport } from '../tracking/vocabulary.ts';

/** A private directory (mode 0700) for the small files of one run; gone at its end. */
export interface RunDirectory extends Disposable {
  /** Undefined where no directory can be written at all. */
  readonly path: string | undefined;
}

/** Makes the directory below `$TMPDIR` or the system's one for temporary files. */
export const createRunDirectory = (env: Readonly<Record<string, string | undefined>>): RunDirectory => {
  let path: string | undefined;
  try {
    path = mkdtempSync(join(env.TMPDIR || tmpdir(), 'skopeo-wrapper-'));
  } catch {
    // A read-only system: what would have been written there is done without.
  }
  return {
    path,
    [Symbol.dispose]: () => {
      if (path !== undefined) rmSync(path, { recursive: true, force: true });
    },
  };
};

/** Where skopeo unpacks archives when nobody says otherwise: room for whole images. */
const DEFAULT_BASE = '/var/tmp';

const UNPACKED: ReadonlySet<Transport> = new Set(['oci_archive', 'docker_archive']);

/** A directory of our own for skopeo's big temporary files. */
export interface ScratchDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

export interface ScratchOptions {
  readonly transports: readonly Transport[];
  /** The user's `--tmpdir`. */
  readonly tmpdir: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Makes a directory where skopeo would put its temporary files, for copies from or to archives: a whole image is unpacked
 * there, and a skopeo that is killed leaves it lying. Undefined when none is needed or none can be made; skopeo then says
 * itself what is wrong.
 */
export const createScratchDirectory = (options: ScratchOptions): ScratchDirectory | undefined => {
  if (!options.transports.some((transport) => UNPACKED.has(transport))) return undefined;
  const base = resolve(options.cwd, options.tmpdir || options.env.TMPDIR || DEFAULT_BASE);
  try {
    const path = mkdtempSync(join(base, 'skopeo-wrapper-'));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  } catch {
    return undefined;
  }
};
