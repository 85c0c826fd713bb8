import { isAbsolute, join } from 'node:path';
import { usageError } from '../../errors/wrapper-error.ts';
import {
  type ImageLocation,
  parseLocation,
  type Repository,
  repositoryKey,
  withTransport,
} from '../../image/docker-reference.ts';
import { parseDockerName } from '../../image/reference.ts';
import { nearestWord } from '../../text/nearest.ts';
import { compileExpression, type Expression } from '../select/expression.ts';
import type { DestinationRule, SourceImage } from './destination-rule.ts';

/** A change to repository paths, made before they are put into templates. */
interface PathRewrite {
  readonly match: Expression;
  /** With `$1` or `$<name>` for groups. */
  readonly replace: string;
}

/** @throws WrapperError `usage` when `match` is not a valid regular expression. */
export const compileRewrite = ({ match, replace }: { match: string; replace: string }): PathRewrite => ({
  match: compileExpression(match),
  replace,
});

/** Applies all rewrites in order, each once. */
const rewritePath = (path: string, rewrites: readonly PathRewrite[]): string =>
  rewrites.reduce((current, { match, replace }) => match.replaceIn(current, replace), path);

/** The words of templates, and their values. */
export const TEMPLATE_WORDS = {
  registry: (image: SourceImage) => image.registry,
  path: (image: SourceImage) => image.path,
  namespace: (image: SourceImage) => image.path.split('/').slice(0, -1).join('/'),
  name: (image: SourceImage) => image.path.split('/').at(-1),
  tag: (image: SourceImage) => image.tag,
  digest: (image: SourceImage) => image.digest,
} as const;
type TemplateWord = keyof typeof TEMPLATE_WORDS;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

const isWord = (text: string): text is TemplateWord => Object.hasOwn(TEMPLATE_WORDS, text);

const refuseUnknown = (template: string, word: string): never => {
  const words = Object.keys(TEMPLATE_WORDS);
  const near = nearestWord(word, words);
  throw usageError(
    `template "${template}" has the unknown word "${word}"`,
    `${near === undefined ? '' : `Did you mean {{${near}}}? `}Known are ${words.join(', ')}.`,
  );
};

/** The words that a template uses; refuses unknown words and single braces. */
const templateWords = (template: string): ReadonlySet<TemplateWord> => {
  if (/\{\{|\}\}/.test(template.replace(PLACEHOLDER, '')))
    throw usageError(`template "${template}" has braces that do not match`, 'Write words as {{path}}.');
  const words = [...template.matchAll(PLACEHOLDER)].map(([, word = '']) =>
    isWord(word) ? word : refuseUnknown(template, word),
  );
  return new Set(words);
};

/** A template with another text for each of its words. */
const replaceWords = (template: string, replacement: (word: string) => string): string =>
  template.replace(PLACEHOLDER, (_, word: string) => replacement(word));

/**
 * Fills in `{{registry}}`, `{{path}}`, `{{namespace}}`, `{{name}}`, `{{tag}}` and `{{digest}}`.
 * @throws WrapperError `usage` for an unknown word, or one that has no value for this image.
 */
const fillTemplate = (template: string, image: SourceImage): string =>
  replaceWords(template, (word) => {
    if (!isWord(word)) return refuseUnknown(template, word);
    const value = TEMPLATE_WORDS[word](image);
    if (value !== undefined) return value;
    throw usageError(
      `template "${template}" needs {{${word}}}, which ${image.reference} does not have`,
      word === 'tag' ? 'Leave the tag out of the template: images chosen by digest keep their digest.' : undefined,
    );
  });

const UNKNOWN_TRANSPORT = /^([a-z-]+):(?=\/|\.)/;

const withKnownTransport = (template: string): string => {
  const whole = withTransport(template);
  const unknown = whole === template ? undefined : UNKNOWN_TRANSPORT.exec(template)?.[1];
  if (unknown === undefined) return whole;
  throw usageError(`destination "${template}" has the unknown transport "${unknown}"`);
};

/** `registry.example` alone would be a repository of Docker Hub, which nobody means. */
const refuseMissingRepository = (template: string, text: string): void => {
  const name = template.replace(/^docker:\/\//, '');
  if (!template.startsWith('docker://') || name.includes('/') || name.startsWith('{{')) return;
  throw usageError(`destination "${text}" names no repository`, `Write REGISTRY/PATH, such as ${text}/{{path}}.`);
};

const namesVersion = (template: string): boolean => {
  const words = templateWords(template);
  return words.has('tag') || words.has('digest');
};

/** Whether a template says by itself which tag or name an image gets, whatever it is called at its source. */
const hasFixedVersion = (template: string): boolean => {
  if (template.startsWith('docker://')) return /:[^/]*$/.test(template.slice('docker://'.length));
  const [transport, , ...rest] = template.split(':');
  const name = rest.join(':');
  if (transport === 'dir' || name === '') return false;
  return transport === 'docker-archive' ? /:[^/]*$/.test(name) : templateWords(name).size === 0;
};

/**
 * The tag or digest that a template leaves out: `:tag` or `@digest` at a registry, a separate name in a directory. An
 * image in a docker archive has a name in full: without one in the template it keeps its own.
 */
const versionSuffix = (template: string, image: SourceImage): string => {
  if (namesVersion(template) || hasFixedVersion(template)) return '';
  if (template.startsWith('docker://') && image.digest !== undefined) return `@${image.digest}`;
  const version = image.tag ?? image.digest?.replace(':', '-') ?? 'latest';
  if (template.startsWith('dir:')) return `/${version}`;
  const isNameless = /^docker-archive:[^:]*$/.test(template);
  return isNameless ? `:${image.registry}/${image.path}:${version}` : `:${version}`;
};

const checked = (reference: string, template: string): ImageLocation => {
  const location = parseLocation(reference);
  if (location.transport !== 'docker' && location.path === '') {
    throw usageError(`destination "${template}" has no path`);
  }
  return location;
};

const absolute = (reference: string, location: ImageLocation, baseDirectory: string): string => {
  if (location.transport === 'docker' || isAbsolute(location.path)) return reference;
  const { transport, path } = location;
  const name = reference.slice(`${transport}:${path}`.length);
  return `${transport}:${join(baseDirectory, path)}${name}`;
};

/**
 * Placeholders for any value of a word, used while a template is split; the dots make a registry differ from a path.
 */
const ANY_WORD = 'zzanyzz';
const ANY_REGISTRY = 'zz.any.zz';
const ANY_DIGEST = `sha256:${'0'.repeat(64)}`;

const sampleValue = (word: string): string => {
  if (word === 'digest') return ANY_DIGEST;
  return word === 'registry' ? ANY_REGISTRY : ANY_WORD;
};

const escaped = (text: string): string => text.replace(/[.+*?^${}()|[\]\\]/g, '\\$&');

/** The repositories that a template can name. */
const repositoriesOf = (template: string): ((repository: Repository) => boolean) => {
  if (!template.startsWith('docker://')) return () => false;
  const { registry, repository: path } = parseDockerName(replaceWords(template, sampleValue).slice('docker://'.length));
  const parts = repositoryKey({ registry, path }).split(/zzanyzz|zz\.any\.zz/);
  const pattern = new RegExp(`^${parts.map(escaped).join('.+')}$`);
  return (repository) => pattern.test(repositoryKey(repository));
};

/**
 * A destination written as a template, such as `registry.example/mirror/{{path}}` or `oci:/srv/{{name}}:{{tag}}`.
 * Without a transport it is a registry; without a tag the image keeps its own. Relative paths start at `baseDirectory`.
 * @throws WrapperError `usage` for an unknown word or transport, or a registry without a repository.
 */
export const templateRule = (
  text: string,
  options: { readonly rewrites: readonly PathRewrite[]; readonly baseDirectory: string },
): DestinationRule => {
  const template = withKnownTransport(text);
  templateWords(template);
  refuseMissingRepository(template, text);
  const destinationOf = (original: SourceImage): string => {
    const image = { ...original, path: rewritePath(original.path, options.rewrites) };
    const reference = fillTemplate(template, image) + versionSuffix(template, image);
    return absolute(reference, checked(reference, text), options.baseDirectory);
  };
  return { text, destinationOf, writesTo: repositoriesOf(template) };
};
