import * as z from 'zod';
import { type ConfigurationDocument, parseConfiguration } from '../../config/document.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { validateConfiguration } from '../../config/validate.ts';
import { defined } from '../../defined.ts';
import { isDigest, isRegistry, isTag, parseDockerReference } from '../../image/docker-reference.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import { Secret } from '../../secrets/secret.ts';
import type { CopySettings, SyncEntry } from '../job.ts';
import type { DestinationRule } from '../map/destination-rule.ts';
import { compileTagExpression } from '../select/pattern.ts';
import type { Selection, TagRules } from '../select/selection.ts';
import { parseVersionRange } from '../select/version.ts';
import { parsedBy } from './values.ts';

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

/** All spellings of null: every scalar is read as text here. */
const NOTHING = ['', '~', 'null', 'Null', 'NULL'] as const;

const registrySchema = z.strictObject({
  images: z
    .record(
      repository,
      z.union([z.literal(NOTHING), z.array(version)], 'must be a list of tags and digests, or empty for all tags'),
    )
    .optional(),
  'images-by-tag-regex': z.record(repository, parsedBy(compileTagExpression)).optional(),
  'images-by-semver': z.record(repository, parsedBy(parseVersionRange)).optional(),
  credentials: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  'tls-verify': z.stringbool({ error: 'must be true or false' }).optional(),
  'cert-dir': z.string().optional(),
});

/** The source file of `skopeo sync --src yaml`, with every scalar read as text. Source: skopeo-sync(1). */
const skopeoYamlSchema = z.record(host, registrySchema);

const EVERY_TAG: TagRules = { include: [], exclude: [], versions: [] };

/** How every image of the file is treated. */
interface SkopeoYamlOptions {
  readonly destination: DestinationRule;
  readonly copy: CopySettings;
  /** As given on the command line; the settings of the file replace these. */
  readonly access: RegistryAccess;
}

type RegistrySettings = z.infer<typeof registrySchema>;

const selections = (
  settings: RegistrySettings,
): readonly (readonly [key: string, name: string, selection: Selection])[] => {
  const listed = Object.entries(settings.images ?? {}).map(([name, versions]) => {
    const wanted = typeof versions === 'string' ? [] : versions;
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
      include: [compileTagExpression(text)],
    })),
    ...byRule('images-by-semver', settings['images-by-semver'], (text) => ({
      ...EVERY_TAG,
      versions: [parseVersionRange(text)],
    })),
  ];
};

const accessOf = ({ credentials, ...settings }: RegistrySettings, access: RegistryAccess): RegistryAccess => ({
  ...access,
  ...defined({
    credentials: credentials && { ...credentials, password: new Secret(credentials.password) },
    tlsVerify: settings['tls-verify'],
    certDirectory: settings['cert-dir'],
  }),
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

/** A file that names no repository, or a registry without a repository, is an error. */
const refuseEmptyFile = (
  document: ConfigurationDocument,
  entries: readonly { readonly registry: string; readonly found: readonly SyncEntry[] }[],
): void => {
  const empty = entries.filter(({ found }) => found.length === 0).map(({ registry }) => registry);
  if (entries.length > 0 && empty.length === 0) return;
  const known = 'write "images", "images-by-tag-regex" or "images-by-semver"';
  const problems = empty.map((registry) => ({
    ...document.positionOfKey([], registry),
    key: registry,
    message: `"${registry}": names no repository; ${known}`,
  }));
  const nothing = { line: 1, column: 1, message: 'names no registry' };
  throw new ConfigurationError(document.file, entries.length === 0 ? [nothing] : problems);
};

/**
 * Reads the source file of `skopeo sync --src yaml` as it is. It refuses what skopeo ignores silently: unknown keys,
 * names and tags that are not valid, expressions that cannot be compiled.
 * @throws ConfigurationError with line and column of everything that is wrong.
 */
export const loadSkopeoYaml = (path: string, text: string, options: SkopeoYamlOptions): readonly SyncEntry[] => {
  const document = parseConfiguration(path, text, { textOnly: true });
  const file = validateConfiguration(skopeoYamlSchema, document);
  const entries = Object.entries(file).map(([registry, settings]) => ({
    registry,
    found: entriesOf(document, registry, settings, options),
  }));
  refuseEmptyFile(document, entries);
  return entries.flatMap(({ found }) => found);
};
