import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
