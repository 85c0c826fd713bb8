import * as z from 'zod';
import { type ConfigurationDocument, parseConfiguration } from '../../config/document.ts';
import { validateConfiguration } from '../../config/validate.ts';
import type { CopySettings, RegistryAccess, SyncEntry } from '../job.ts';
import type { DestinationRule } from '../map/destination-rule.ts';
import { isDigest, isRegistry, isTag, parseDockerReference } from '../reference.ts';
import { compileGoRegExp } from '../select/go-regexp.ts';
import type { Selection, TagRules } from '../select/selection.ts';
import { parseVersionRange } from '../select/version-range.ts';
import { parsedBy } from './checked.ts';

const repository = z.string().refine((name) => {
  try {
    const { tag, digest } = parseDockerReference(`registry.example/${name}`);
    return tag === undefined && digest === undefined;
  } catch {
    return false;
  }
}, 'is not a repository');

const version = z.string().refine((text) => isTag(text) || isDigest(text), 'is neither a tag nor a digest');
const host = z.string().refine((name) => isRegistry(name.split('/')[0] ?? ''), 'is not a registry');

const registrySchema = z.strictObject({
  images: z.record(repository, z.union([z.literal(''), z.array(version)])).optional(),
  'images-by-tag-regex': z.record(repository, parsedBy(compileGoRegExp)).optional(),
  'images-by-semver': z.record(repository, parsedBy(parseVersionRange)).optional(),
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  'tls-verify': z.stringbool().optional(),
  'cert-dir': z.string().optional(),
});

/** The source file of `skopeo sync --src yaml`; every scalar read as text. Source: skopeo-sync(1). */
const skopeoYamlSchema = z.record(host, registrySchema);

const EVERY_TAG: TagRules = { include: [], exclude: [], versions: [] };

/** How every image of the file is treated. */
export interface SkopeoYamlOptions {
  readonly destination: DestinationRule;
  readonly copy: CopySettings;
  /** As given on the command line; the file's own settings win. */
  readonly access: RegistryAccess;
}

type RegistrySettings = z.infer<typeof registrySchema>;

const selections = (
  settings: RegistrySettings,
): readonly (readonly [key: string, name: string, selection: Selection])[] => {
  const listed = Object.entries(settings.images ?? {}).map(([name, versions]) => {
    const wanted = versions === '' ? [] : versions;
    const fixed = { tags: wanted.filter((one) => !isDigest(one)), digests: wanted.filter(isDigest) };
    const selection = wanted.length > 0 ? { ...fixed, minimum: 0 } : { ...fixed, rules: EVERY_TAG, minimum: 1 };
    return ['images', name, selection] as const;
  });
  const byRule = (key: string, rules: Readonly<Record<string, string>> = {}, toRules: (text: string) => TagRules) =>
    Object.entries(rules).map(
      ([name, text]) => [key, name, { tags: [], digests: [], rules: toRules(text), minimum: 1 }] as const,
    );
  return [
    ...listed,
    ...byRule('images-by-tag-regex', settings['images-by-tag-regex'], (text) => ({
      ...EVERY_TAG,
      include: [compileGoRegExp(text)],
    })),
    ...byRule('images-by-semver', settings['images-by-semver'], (text) => ({
      ...EVERY_TAG,
      versions: [parseVersionRange(text)],
    })),
  ];
};

const accessOf = (settings: RegistrySettings, access: RegistryAccess): RegistryAccess => ({
  ...access,
  ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
  ...(settings['tls-verify'] === undefined ? {} : { tlsVerify: settings['tls-verify'] }),
  ...(settings['cert-dir'] === undefined ? {} : { certDirectory: settings['cert-dir'] }),
});

const entriesOf = (
  document: ConfigurationDocument,
  registry: string,
  settings: RegistrySettings,
  options: SkopeoYamlOptions,
): readonly SyncEntry[] =>
  selections(settings).map(([key, name, selection]) => {
    const source = parseDockerReference(`${registry}/${name}`);
    return {
      name: `${source.registry}/${source.path}`,
      line: document.positionOfKey([registry, key], name).line,
      source: { kind: 'repository', registry: source.registry, path: source.path },
      selection,
      destinations: [options.destination],
      copy: options.copy,
      sourceAccess: accessOf(settings, options.access),
      immutable: [],
      existingDirectory: 'refuse',
    };
  });

/**
 * Reads the source file of `skopeo sync --src yaml` as it is. What skopeo passes over in silence is refused: unknown keys,
 * names and tags that are none, expressions that cannot be compiled.
 * @throws ConfigurationError with line and column of everything that is wrong.
 */
export const loadSkopeoYaml = (path: string, text: string, options: SkopeoYamlOptions): readonly SyncEntry[] => {
  const document = parseConfiguration(path, text, { textOnly: true });
  const file = validateConfiguration(skopeoYamlSchema, document);
  return Object.entries(file).flatMap(([registry, settings]) => entriesOf(document, registry, settings, options));
};
