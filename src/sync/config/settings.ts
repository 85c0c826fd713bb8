import { resolve } from 'node:path';
import { defined } from '../../defined.ts';
import type { Platform } from '../../image/platform.ts';
import { registryKey } from '../../image/registry-key.ts';
import type { RegistryAccess, RegistryLimits } from '../../registry/access.ts';
import { Secret } from '../../secrets/secret.ts';
import type { CopySettings, ImageContent } from '../job.ts';
import { compilePattern } from '../select/pattern.ts';
import type { Selection, TagRules } from '../select/selection.ts';
import { parseVersionRange } from '../select/version.ts';
import { readSigning } from '../signing.ts';
import type { SyncFile, SyncFileCopyRules, SyncFileImage, SyncFileRegistry, SyncFileTagRules } from './schema.ts';
import { durationSeconds } from './values.ts';

const toPlatform = (text: string): Platform => {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...defined({ variant }) };
};

const toContent = (platforms: SyncFileCopyRules['platforms']): ImageContent => {
  if (platforms === undefined) return 'all';
  return typeof platforms === 'string' ? platforms : platforms.map(toPlatform);
};

/** How skopeo is to convert an image; digests are preserved unless a setting asks for a change. */
export const toCopySettings = (rules: SyncFileCopyRules): CopySettings => {
  const content = toContent(rules.platforms);
  const texts = new Map(
    Object.entries(rules).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
  const changesDigest = rules.format !== undefined || content !== 'all';
  return {
    content,
    preserveDigests: rules['preserve-digests'] ?? !changesDigest,
    ...defined({ format: rules.format, removeSignatures: rules['remove-signatures'] }),
    ...readSigning((name) => texts.get(name)),
  };
};

type Tags = SyncFileImage['tags'];

const RULES = [
  'include',
  'exclude',
  'semver',
  'max-age',
  'latest',
] as const satisfies readonly (keyof SyncFileTagRules)[];

const toTagRules = (rules: SyncFileTagRules): TagRules => {
  const prereleases = rules.prereleases ?? false;
  return {
    include: (rules.include ?? []).map(compilePattern),
    exclude: (rules.exclude ?? []).map(compilePattern),
    versions: (rules.semver ?? []).map((range) => parseVersionRange(range, { prereleases })),
    ...defined({
      maxAgeSeconds: rules['max-age'] === undefined ? undefined : durationSeconds(rules['max-age']),
      latest: rules.latest === undefined ? undefined : { count: rules.latest, by: rules['latest-by'] ?? 'semver' },
    }),
  };
};

/** Lists of tags or digests alone need no listing of the repository. */
const isListOnly = (tags: Tags, digests: readonly string[], rules: SyncFileTagRules): boolean => {
  if (tags === 'all') return false;
  if (Array.isArray(tags)) return true;
  if (tags === undefined) return digests.length > 0;
  return tags.list !== undefined && RULES.every((rule) => rules[rule] === undefined);
};

/** The selection of an image of the file; rules that it does not set come from the tag rules of `defaults`. */
export const toSelection = (
  tags: Tags,
  digests: readonly string[],
  defaults: SyncFileTagRules | undefined,
): Selection => {
  const own = typeof tags === 'object' && !Array.isArray(tags) ? tags : {};
  const rules = tags === undefined || own === tags ? { ...defaults, ...own } : {};
  const list = Array.isArray(tags) ? tags : (own.list ?? []);
  const isFixed = isListOnly(tags, digests, own);
  return {
    tags: list,
    digests,
    ...(isFixed ? {} : { rules: toTagRules(rules) }),
    minimum: isFixed ? (own.min ?? 0) : (rules.min ?? 1),
  };
};

/** The settings of registries, by the normal form of their names. */
export const registrySettings = ({ registries = {} }: SyncFile): ReadonlyMap<string, SyncFileRegistry> =>
  new Map(Object.entries(registries).map(([registry, settings]) => [registryKey(registry), settings]));

/** How a registry is reached; relative paths start at `baseDirectory`. */
export const toAccess = (settings: SyncFileRegistry | undefined, baseDirectory: string): RegistryAccess => {
  if (settings === undefined) return {};
  const { username, password = '', anonymous } = settings;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(baseDirectory, path));
  return {
    ...defined({
      authFile: absolute(settings['auth-file']),
      certDirectory: absolute(settings['cert-dir']),
      tlsVerify: settings['tls-verify'],
      anonymous,
    }),
    ...(username === undefined ? {} : { credentials: { username, password: new Secret(password) } }),
  };
};

/** How much a registry may be used. */
export const toLimits = (settings: SyncFileRegistry): RegistryLimits => ({
  ...defined({
    parallel: settings.parallel,
    requestsPerSecond: settings['requests-per-second'],
    pullReserve: settings['pull-reserve'],
  }),
});
