import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Env } from '../context.ts';
import { makeTemporaryDirectory } from '../host/temporary-directory.ts';
import type { Transport } from '../tracking/vocabulary.ts';

/** A private directory (mode 0700) for the small files of one run; removed at its end. */
interface RunDirectory extends Disposable {
  /** Undefined if no directory can be written at all. */
  readonly path: string | undefined;
}

/** `$TMPDIR`, or the system's directory for temporary files. */
export const runDirectoryBase = (env: Env): string => env.TMPDIR || tmpdir();

/** Makes the directory. */
export const createRunDirectory = (env: Env): RunDirectory => {
  let path: string | undefined;
  try {
    path = makeTemporaryDirectory(runDirectoryBase(env), 'run');
  } catch {
    // A read-only system: the run goes on without these files.
  }
  return {
    path,
    [Symbol.dispose]: () => {
      if (path !== undefined) rmSync(path, { recursive: true, force: true });
    },
  };
};

/** Where skopeo unpacks archives by default: it has space for whole images. */
const DEFAULT_BASE = '/var/tmp';

const UNPACKED: ReadonlySet<Transport> = new Set(['oci_archive', 'docker_archive']);

/** A directory of our own for skopeo's large temporary files. */
interface ScratchDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

interface ScratchPlace {
  /** The user's `--tmpdir`. */
  readonly tmpdir: string | undefined;
  readonly env: Env;
  readonly cwd: string;
}

interface ScratchOptions extends ScratchPlace {
  readonly transports: readonly Transport[];
}

/** Where skopeo puts its large temporary files. */
export const scratchBase = ({ tmpdir, env, cwd }: ScratchPlace): string =>
  resolve(cwd, tmpdir || env.TMPDIR || DEFAULT_BASE);

/**
 * Makes a directory where skopeo would put its temporary files, for copies from or to archives: skopeo unpacks a whole
 * image there, and leaves it behind when it is killed. Undefined when none is needed or none can be made; skopeo itself
 * then reports what is wrong.
 */
export const createScratchDirectory = (options: ScratchOptions): ScratchDirectory | undefined => {
  if (!options.transports.some((transport) => UNPACKED.has(transport))) return undefined;
  try {
    const path = makeTemporaryDirectory(scratchBase(options), 'scratch');
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  } catch {
    return undefined;
  }
};
