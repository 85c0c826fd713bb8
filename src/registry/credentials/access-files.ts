import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context, Env } from '../../context.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';
import { readAuthfiles, withLogin } from './authfile.ts';
import { authfileFlag, type SideLogin } from './logins.ts';

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

/**
 * Gives skopeo the credentials of a run by files that nobody else can read, never by arguments: for each login a copy of the
 * user's authfiles with the login added, mode 0600, made when it is first needed, in one directory of mode 0700 that goes
 * with the run.
 */
export class AccessFiles implements Disposable {
  readonly #context: Pick<Context, 'env' | 'uid' | 'cwd'>;
  readonly #paths = new Map<string, string>();
  #directory: string | undefined;

  constructor(context: Pick<Context, 'env' | 'uid' | 'cwd'>) {
    this.#context = context;
  }

  /** The authfile that holds a login. Throws when the one it adds to is damaged, or when nothing can be written. */
  pathFor({ side, registry, authFile, login }: SideLogin): string {
    const key = JSON.stringify([registry, authFile, login.username, login.password.reveal()]);
    const path = this.#paths.get(key) ?? this.#write({ side, registry, authFile, login });
    this.#paths.set(key, path);
    return path;
  }

  /** Removes the files; may be called more than once. Synchronous, so that it works on every way out. */
  [Symbol.dispose](): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
    this.#paths.clear();
  }

  #write({ side, registry, authFile, login }: SideLogin): string {
    const { env, uid, cwd } = this.#context;
    const known = readAuthfiles({ given: authFile && resolve(cwd, authFile), env, uid });
    this.#directory ??= makePrivateDirectory(env);
    const count = this.#paths.size;
    const path = join(this.#directory, `${authfileFlag(side)}${count === 0 ? '' : `-${count}`}.json`);
    writeFileSync(path, JSON.stringify(withLogin(known, registry, login)), { mode: 0o600, flag: 'wx' });
    return path;
  }
}
