import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegistryAccess } from '../../registry/access.ts';
import { readAuthfiles, withLogin } from '../../registry/credentials/authfile.ts';
import { makePrivateDirectory } from '../../registry/credentials/private-directory.ts';
import { Secret } from '../../secrets/secret.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Gives skopeo the credentials of a job by files that nobody else can read: one per access and registry, made when
 * first needed, in one private directory that goes with the run.
 */
export class AccessFiles implements Disposable {
  readonly #env: Env;
  readonly #uid: number;
  readonly #paths = new Map<RegistryAccess, Map<string, string>>();
  #directory: string | undefined;
  #count = 0;

  constructor(env: Env, uid: number) {
    this.#env = env;
    this.#uid = uid;
  }

  /** The authfile to name for an access to a registry; undefined: skopeo's own search will do. */
  pathFor(access: RegistryAccess, registry: string): string | undefined {
    if (access.credentials === undefined) return access.authFile;
    const paths = this.#paths.get(access) ?? new Map<string, string>();
    this.#paths.set(access, paths);
    const path = paths.get(registry) ?? this.#write(access.credentials, access.authFile, registry);
    paths.set(registry, path);
    return path;
  }

  [Symbol.dispose](): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  #write(
    { username, password }: NonNullable<RegistryAccess['credentials']>,
    given: string | undefined,
    registry: string,
  ): string {
    this.#directory ??= makePrivateDirectory(this.#env);
    const known = readAuthfiles({ given, env: this.#env, uid: this.#uid });
    const content = withLogin(known, registry, { username, password: new Secret(password) });
    const path = join(this.#directory, `${this.#count++}.json`);
    writeFileSync(path, JSON.stringify(content), { mode: 0o600, flag: 'wx' });
    return path;
  }
}
