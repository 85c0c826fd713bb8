import { join } from 'node:path';
import * as z from 'zod';
import type { Env } from '../../context.ts';
import { errorCode } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { readBounded } from '../../host/bounded-read.ts';
import { readNamed } from '../../host/named-files.ts';
import { DOCKER_HUB, isDockerHub } from '../../image/docker-hub.ts';
import { Secret } from '../../secrets/secret.ts';
import { parseJson } from '../../text/json.ts';
import type { Login } from './logins.ts';

/** containers-auth.json(5); keys that are not listed here are kept unchanged. */
const AUTHFILE = z.looseObject({
  auths: z.record(z.string(), z.unknown()).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});
type Authfile = z.infer<typeof AUTHFILE>;

const ENTRY = z.object({ auth: z.string().optional(), identitytoken: z.string().optional() });

/** What determines a user's authfile. */
interface AuthfileSearch {
  /** `--src-authfile` and the like, else `--authfile`. */
  readonly given?: string | undefined;
  readonly env: Env;
  readonly uid: number;
}

/**
 * The files in which skopeo searches for credentials, in its order: the one that is named, or else the file of `skopeo
 * login` and two other files of the user. An empty variable counts as unset. (1.9 searches those even if a file is
 * named, 1.18 does not.) Source: containers-auth.json(5).
 */
const authfilePaths = ({ given, env, uid }: AuthfileSearch): readonly string[] => {
  const named = given || env.REGISTRY_AUTH_FILE;
  if (named) return [named];
  const home = env.HOME || '/';
  return [
    env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, 'containers/auth.json') : `/run/containers/${uid}/auth.json`,
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers/auth.json'),
    join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
  ];
};

/** Far more than the logins of any user. */
const MAX_BYTES = 16 * 1024 ** 2;

const damaged = (path: string): WrapperError =>
  new WrapperError(`the authfile ${path} cannot be read or is damaged`, {
    errorType: 'usage',
    exitCode: EXIT.usage,
    next: 'Correct or remove it, or name another one with --authfile.',
  });

/** Reads an authfile that was named; a missing file is empty. Throws when it is damaged or cannot be read. */
const readAuthfile = async (path: string, signal: AbortSignal): Promise<Authfile> => {
  try {
    return AUTHFILE.parse(JSON.parse((await readNamed(path, MAX_BYTES, signal)).toString()));
  } catch (error) {
    signal.throwIfAborted();
    if (errorCode(error) === 'ENOENT') return {};
    throw damaged(path);
  }
};

/** A file that can be read only once is left to skopeo; here it counts as damaged. */
const readIfSound = (path: string): Authfile | undefined => {
  const read = readBounded(path, MAX_BYTES, 'follow');
  if (read.kind === 'vanished') return {};
  return read.kind === 'content' ? parseJson(read.bytes, AUTHFILE) : undefined;
};

/** Adds to `first` what only `second` has; a helper of the second does not replace a login of the first. */
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
 * Everything that skopeo would find in the user's authfiles. Throws when one that was named is damaged or unreadable;
 * other damaged files are skipped, since skopeo with credentials does not read them. Throws the signal's reason when it
 * aborts.
 */
export const readAuthfiles = async (search: AuthfileSearch, signal: AbortSignal): Promise<Authfile> => {
  const [only = '', ...others] = authfilePaths(search);
  if (others.length === 0) return readAuthfile(only, signal);
  return [only, ...others].map((path) => readIfSound(path) ?? {}).reduce(merge, {});
};

/**
 * The user's authfile with one login for everything on a registry, which is the meaning of skopeo's own flags. Longer
 * keys below that host and a helper for it, which skopeo would prefer, are left out.
 */
export const withLogin = (file: Authfile, registry: string, { username, password }: Login): Authfile => {
  const entry = { auth: Buffer.from(`${username}:${password.reveal()}`).toString('base64') };
  const others = Object.entries(file.auths ?? {}).filter(([key]) => !key.startsWith(`${registry}/`));
  const { [registry]: _, ...credHelpers } = file.credHelpers ?? {};
  return { ...file, auths: { ...Object.fromEntries(others), [registry]: entry }, credHelpers };
};

/** `helper`: only skopeo can find out, by a credential helper or an identity token. */
type FoundCredentials = Login | 'none' | 'helper';

const normalizedKey = (key: string): string => {
  const name = key
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '');
  const [host = '', ...path] = name.split('/');
  return [isDockerHub(host) ? DOCKER_HUB : host, ...path].join('/');
};

/** The keys under which credentials may be stored, the most precise first: `registry/a/b`, `registry/a`, `registry`. */
const namesFor = (registry: string, path: string): readonly string[] => {
  const parts = [registry, ...path.split('/')];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
};

const decode = (auth: string): Login | undefined => {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  return { username: text.slice(0, colon), password: new Secret(text.slice(colon + 1).replace(/\0+$/, '')) };
};

const findIn = ({ auths = {}, credHelpers = {}, credsStore }: Authfile, names: readonly string[]): FoundCredentials => {
  const helped = Object.keys(credHelpers).map(normalizedKey);
  if (credsStore !== undefined || names.some((name) => helped.includes(name))) return 'helper';
  const entries = new Map(Object.entries(auths).map(([key, entry]) => [normalizedKey(key), entry]));
  const name = names.find((candidate) => entries.has(candidate));
  if (name === undefined) return 'none';
  const { data: { auth, identitytoken } = {} } = ENTRY.safeParse(entries.get(name));
  return (identitytoken === undefined && auth !== undefined ? decode(auth) : undefined) ?? 'helper';
};

/**
 * Finds the credentials that skopeo would use for `registry/path`; everything but a plain entry of an authfile is left
 * to skopeo.
 */
export const findCredentials = (registry: string, path: string, search: AuthfileSearch): FoundCredentials => {
  const names = namesFor(registry, path);
  for (const candidate of authfilePaths(search)) {
    const file = readIfSound(candidate);
    const found = file === undefined ? 'helper' : findIn(file, names);
    if (found !== 'none') return found;
  }
  return 'none';
};
