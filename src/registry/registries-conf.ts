import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { readBounded } from '../host/bounded-read.ts';
import type { RegistryContext } from './access.ts';

const registrySchema = z.object({
  prefix: z.string().optional(),
  location: z.string().optional(),
  insecure: z.boolean().optional(),
  blocked: z.boolean().optional(),
  mirror: z.array(z.unknown()).optional(),
});
const fileSchema = z.object({
  registry: z.array(registrySchema).optional(),
  registries: z.unknown().optional(),
  'credential-helpers': z.array(z.string()).optional(),
});

type RegistryRule = z.infer<typeof registrySchema>;

/** The parts of registries.conf that decide whether a registry may be asked directly. */
export interface RegistriesConf {
  readonly rules: readonly RegistryRule[];
  /** One of the files could not be parsed: nothing can be said about any registry. */
  readonly isUnclear: boolean;
  readonly credentialHelpers: readonly string[];
}

/** How skopeo treats a repository: plainly, plainly but without checking certificates, or in another way. */
type Treatment = 'plain' | 'insecure' | 'special';

const namesIn = async (directory: string): Promise<readonly string[]> => {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith('.conf'))
    .toSorted()
    .map((name) => join(directory, name));
};

/** More than a list of all registries needs. */
const MAX_BYTES = 4 * 1024 ** 2;

/** Only skopeo reads what is not a regular file. */
const read = (path: string): string | undefined => {
  const file = readBounded(path, MAX_BYTES, 'follow');
  if (file.kind === 'vanished') return undefined;
  if (file.kind !== 'content') throw new Error(`${path} cannot be read`);
  return file.bytes.toString();
};

/** The files, in their order of precedence. Source: containers-registries.conf(5), containers-registries.conf.d(5). */
const configurationFiles = async ({ env, home, systemDirectory }: RegistryContext): Promise<readonly string[]> => {
  const own = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers');
  const hasOwn = readBounded(join(own, 'registries.conf'), MAX_BYTES, 'follow').kind !== 'vanished';
  const main = join(hasOwn ? own : systemDirectory, 'registries.conf');
  const parts = [join(systemDirectory, 'registries.conf.d'), join(own, 'registries.conf.d')].map(namesIn);
  return [main, ...(await Promise.all(parts)).flat()];
};

const UNCLEAR: RegistriesConf = { rules: [], isUnclear: true, credentialHelpers: [] };

const parseFile = (text: string): RegistriesConf => {
  const file = fileSchema.safeParse(parse(text));
  if (!file.success || file.data.registries !== undefined) return UNCLEAR;
  return {
    rules: file.data.registry ?? [],
    isUnclear: false,
    credentialHelpers: file.data['credential-helpers'] ?? [],
  };
};

/**
 * Versions of skopeo differ in whether and how they use these variables; so with any of them everything is left to
 * skopeo.
 */
const OVERRIDES = ['CONTAINERS_REGISTRIES_CONF', 'REGISTRIES_CONFIG_PATH'] as const;

/** Reads all of registries.conf; if a part cannot be read or parsed, everything is unclear. */
export const loadRegistriesConf = async (environment: RegistryContext): Promise<RegistriesConf> => {
  const { env, registriesConf } = environment;
  if (registriesConf !== undefined || OVERRIDES.some((name) => env[name])) return UNCLEAR;
  try {
    const texts = (await configurationFiles(environment)).map(read);
    const files = texts.flatMap((text) => (text === undefined ? [] : parseFile(text)));
    return {
      rules: files.flatMap(({ rules }) => rules),
      isUnclear: files.some(({ isUnclear }) => isUnclear),
      credentialHelpers: files.flatMap(({ credentialHelpers }) => credentialHelpers),
    };
  } catch {
    return UNCLEAR;
  }
};

const matches = (prefix: string, name: string): boolean => {
  if (prefix.startsWith('*.')) return (name.split(/[/:]/)[0] ?? '').endsWith(prefix.slice(1));
  return name === prefix || (name.startsWith(prefix) && /[/:@]/.test(name[prefix.length] ?? ''));
};

const isRedirected = ({ prefix, location, mirror = [], blocked = false }: RegistryRule): boolean =>
  blocked || mirror.length > 0 || (location !== undefined && prefix !== undefined && location !== prefix);

/** How skopeo treats `registry/path`. Any rule that matches and does more than allow plain access makes it special. */
export const treatmentOf = (conf: RegistriesConf, registry: string, path: string): Treatment => {
  const name = `${registry}/${path}`;
  const rules = conf.rules.filter(({ prefix, location }) => matches(prefix ?? location ?? '', name));
  if (conf.isUnclear || rules.some(isRedirected)) return 'special';
  if (rules.length > 1) return 'special';
  return rules[0]?.insecure === true ? 'insecure' : 'plain';
};
