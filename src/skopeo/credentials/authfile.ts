import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
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
 * The file that skopeo reads first: the given one, `REGISTRY_AUTH_FILE`, or that of `skopeo login`. The others of its
 * search (~/.config/containers/auth.json, ~/.docker/config.json) are read by skopeo after any of them.
 */
export const primaryAuthfile = ({ given, env, uid }: AuthfileSearch): string => {
  const runtime = env.XDG_RUNTIME_DIR;
  const fallback = runtime ? join(runtime, 'containers/auth.json') : `/run/containers/${uid}/auth.json`;
  return given || env.REGISTRY_AUTH_FILE || fallback;
};

/** Reads an authfile; a file that does not exist holds nothing. Throws when it is damaged or cannot be read. */
export const readAuthfile = (path: string): Authfile => {
  try {
    return AUTHFILE.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw new WrapperError(`the authfile ${path} cannot be read or is damaged`, {
      errorType: 'usage',
      exitCode: EXIT.usage,
      next: 'Correct or remove it, or name another one with --authfile.',
    });
  }
};

/**
 * The user's authfile with a login for one repository. It is put under the host and under the full name, since skopeo
 * prefers the longest key, and a helper for that host is left out, since skopeo asks helpers first.
 */
export const withLogin = (
  file: Authfile,
  { registry, repository }: { readonly registry: string; readonly repository?: string | undefined },
  { username, password }: Login,
): Authfile => {
  const entry = { auth: Buffer.from(`${username}:${password.reveal()}`).toString('base64') };
  const { [registry]: _, ...credHelpers } = file.credHelpers ?? {};
  const named = repository ? { [`${registry}/${repository}`]: entry } : {};
  return { ...file, auths: { ...file.auths, [registry]: entry, ...named }, credHelpers };
};
