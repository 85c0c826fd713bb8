import { tmpdir } from 'node:os';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Directories for secrets, in memory where the system has such: they are gone after a power cut. */
export const privatePlaces = (env: Env): readonly string[] =>
  [env.XDG_RUNTIME_DIR, '/run', '/dev/shm', env.TMPDIR, tmpdir()].filter((directory) => directory !== undefined);

/** Makes a directory of mode 0700 whose name tells its owner; throws (status 74) when no place is writable. */
export const makePrivateDirectory = (env: Env): string => {
  for (const directory of privatePlaces(env)) {
    try {
      return makeTemporaryDirectory(directory, 'auth');
    } catch {}
  }
  throw new WrapperError(`no place for a temporary authfile: ${privatePlaces(env).join(', ')} cannot be written`, {
    errorType: 'permission',
    exitCode: EXIT.ioError,
    next: 'Set TMPDIR to a directory that can be written, or use an authfile instead of credentials.',
  });
};
