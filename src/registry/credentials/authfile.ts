import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import type { Login } from './resolve.ts';

/** containers-auth.json(5); what it does not name is kept as it is. */
const AUTHFILE = z.looseObject({
  auths: z.record(z.string(), z.unknown()).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
export type Authfile = z.infer<typeof AUTHFILE>;

/** What the user's authfile is found by. */
export interface AuthfileSearch {
  /** `--src-authfile` and the like, else `--authfile`. */
  readonly given: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/**
 * Where skopeo looks for credentials when no authfile is named, in its order: the file of `skopeo login` and two more of
 * the user. (1.9 looks there behind a named one, too; 1.18 does not.)
 */
const defaultPaths = ({ env, uid }: AuthfileSearch): readonly string[] => {
  const home = env.HOME ?? '/';
  return [
    env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'containers/auth.json') : `/run/containers/${uid}/auth.json`,
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers/auth.json'),
    join(home, '.docker/config.json'),
  ];
};

/** Reads an authfile; a file that does not exist holds nothing. Throws when it is damaged or cannot be read. */
const readAuthfile = (path: string): Authfile => {
  try {
    return AUTHFILE.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return {};
    throw new WrapperError(`the authfile ${path} cannot be read or is damaged`, {
      errorType: 'usage',
      exitCode: EXIT.usage,
      next: 'Correct or remove it, or name another one with --authfile.',
    });
  }
};

const readIfSound = (path: string): Authfile => {
  try {
    return readAuthfile(path);
  } catch {
    return {};
  }
};

/** What `first` does not hold is taken from `second`; a helper of the second does not go before a login of the first. */
const merge = (first: Authfile, second: Authfile): Authfile => {
  const helpers = Object.entries(second.credHelpers ?? {}).filter(([registry]) => !(registry in (first.auths ?? {})));
  return {
    ...second,
    ...first,
    auths: { ...second.auths, ...first.auths },
    credHelpers: { ...Object.fromEntries(helpers), ...first.credHelpers },
  };
};

/**
 * All that skopeo would find in the authfiles of the user. Throws when one that was named is damaged or unreadable;
 * others of that kind are passed over, since skopeo with credentials does not look at them.
 */
export const readAuthfiles = (search: AuthfileSearch): Authfile => {
  const explicit = search.given || search.env.REGISTRY_AUTH_FILE;
  if (explicit) return readAuthfile(explicit);
  return defaultPaths(search).map(readIfSound).reduce(merge, {});
};

/**
 * The user's authfile with one login for everything on a registry, as skopeo's own flags mean it: longer keys below that
 * host and a helper for it, which skopeo would prefer, are left out.
 */
export const withLogin = (file: Authfile, registry: string, { username, password }: Login): Authfile => {
  const entry = { auth: Buffer.from(`${username}:${password.reveal()}`).toString('base64') };
  const others = Object.entries(file.auths ?? {}).filter(([key]) => !key.startsWith(`${registry}/`));
  const { [registry]: _, ...credHelpers } = file.credHelpers ?? {};
  return { ...file, auths: { ...Object.fromEntries(others), [registry]: entry }, credHelpers };
};
