import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context, Env } from '../../context.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { makeTemporaryDirectory } from '../../host/temporary-directory.ts';
import { readAuthfiles, withLogin } from './authfile.ts';
import { authfileFlag, type SideLogin } from './logins.ts';

/**
 * Directories for secrets, in memory where the system has such directories, so that secrets are gone after a power cut.
 */
export const privatePlaces = (env: Env): readonly string[] =>
  [env.XDG_RUNTIME_DIR, '/run', '/dev/shm', env.TMPDIR, tmpdir()].filter((directory) => directory !== undefined);

/** Makes a directory of mode 0700 whose name shows its owner; throws (status 74) when no directory is writable. */
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
 * Gives skopeo the credentials of a run in files that nobody else can read, never in arguments. For each login it makes
 * a copy of the user's authfiles with the login added, mode 0600, when it is first needed. All copies are in one
 * directory of mode 0700 that is removed with the run.
 */
export class AccessFiles implements Disposable {
  readonly #context: Pick<Context, 'env' | 'uid' | 'cwd'>;
  readonly #signal: AbortSignal;
  readonly #paths = new Map<string, Promise<string>>();
  /** What the user's authfiles hold: a pipe can be read only once. */
  readonly #known = new Map<string, ReturnType<typeof readAuthfiles>>();
  #directory: string | undefined;

  /** `signal` ends the reading of an authfile that nobody writes. */
  constructor(context: Pick<Context, 'env' | 'uid' | 'cwd'>, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** The authfile with a login. Rejects when the user's authfile is damaged, or when nothing can be written. */
  pathFor({ side, registry, authFile, login }: SideLogin): Promise<string> {
    const key = JSON.stringify([registry, authFile, login.username, login.password.reveal()]);
    const path = this.#paths.get(key) ?? this.#write({ side, registry, authFile, login });
    this.#paths.set(key, path);
    return path;
  }

  /** Removes the files; may be called more than once. It is synchronous, so that it works however the run ends. */
  [Symbol.dispose](): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
    this.#paths.clear();
  }

  async #write({ side, registry, authFile, login }: SideLogin): Promise<string> {
    const count = this.#paths.size;
    const known = await this.#read(authFile);
    this.#directory ??= makePrivateDirectory(this.#context.env);
    const path = join(this.#directory, `${authfileFlag(side)}${count === 0 ? '' : `-${count}`}.json`);
    writeFileSync(path, JSON.stringify(withLogin(known, registry, login)), { mode: 0o600, flag: 'wx' });
    return path;
  }

  #read(authFile: string | undefined): ReturnType<typeof readAuthfiles> {
    const { env, uid, cwd } = this.#context;
    const given = authFile && resolve(cwd, authFile);
    const known = this.#known.get(given ?? '') ?? readAuthfiles({ given, env, uid }, this.#signal);
    this.#known.set(given ?? '', known);
    return known;
  }
}
