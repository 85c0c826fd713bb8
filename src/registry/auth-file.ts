import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode } from '../errors/system-error.ts';
import type { RegistryEnvironment } from './environment.ts';

const authFileSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});
type AuthFile = z.infer<typeof authFileSchema>;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `helper`: only a program, or a way of ours not to be, can tell. */
export type FoundCredentials = Credentials | 'none' | 'helper';

/** Where skopeo looks without being told, in this order. Source: containers-auth.json(5). */
const defaultPaths = ({ env, home, uid }: RegistryEnvironment): readonly string[] => {
  if (env.REGISTRY_AUTH_FILE !== undefined && env.REGISTRY_AUTH_FILE !== '') return [env.REGISTRY_AUTH_FILE];
  const runtime = env.XDG_RUNTIME_DIR;
  return [
    runtime === undefined || runtime === ''
      ? `/run/containers/${uid}/auth.json`
      : join(runtime, 'containers/auth.json'),
    join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'containers/auth.json'),
    join(env.DOCKER_CONFIG ?? join(home, '.docker'), 'config.json'),
  ];
};

/** Reads an auth file: absent where there is none, `unclear` where it cannot be understood. */
const loadAuthFile = async (path: string): Promise<AuthFile | 'absent' | 'unclear'> => {
  try {
    const text = await readFile(path, 'utf8');
    const file = authFileSchema.safeParse(JSON.parse(text));
    return file.success ? file.data : 'unclear';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'absent' : 'unclear';
  }
};

const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

const normalizedKey = (key: string): string => {
  const name = key
    .replace(/^https?:\/\//, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/$/, '');
  const [host = '', ...path] = name.split('/');
  return [DOCKER_HUB.has(host) ? 'docker.io' : host, ...path].join('/');
};

/** `registry/a/b`, `registry/a`, `registry`: the names under which credentials may be filed, the most precise first. */
const namesFor = (registry: string, path: string): readonly string[] => {
  const parts = [registry, ...path.split('/')];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
};

const decode = (auth: string): Credentials | undefined => {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
};

const findIn = ({ auths = {}, credHelpers = {}, credsStore }: AuthFile, names: readonly string[]): FoundCredentials => {
  const helped = Object.keys(credHelpers).map(normalizedKey);
  if (credsStore !== undefined || names.some((name) => helped.includes(name))) return 'helper';
  const entries = new Map(Object.entries(auths).map(([key, entry]) => [normalizedKey(key), entry]));
  const entry = names.map((name) => entries.get(name)).find((found) => found !== undefined);
  if (entry === undefined) return 'none';
  if (entry.identitytoken !== undefined || entry.auth === undefined) return 'helper';
  return decode(entry.auth) ?? 'helper';
};

/** Looks up what skopeo would use for `registry/path`; anything but a plain entry of an auth file is left to skopeo. */
export const findCredentials = async (
  registry: string,
  path: string,
  environment: RegistryEnvironment,
  authFile?: string,
): Promise<FoundCredentials> => {
  const names = namesFor(registry, path);
  for (const candidate of authFile === undefined ? defaultPaths(environment) : [authFile]) {
    const file = await loadAuthFile(candidate);
    if (file === 'unclear') return 'helper';
    const found = file === 'absent' ? 'none' : findIn(file, names);
    if (found !== 'none') return found;
  }
  return 'none';
};
