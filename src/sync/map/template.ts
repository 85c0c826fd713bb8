import { usageError } from '../../errors/wrapper-error.ts';
import { nearestWord } from '../../text/nearest.ts';
import type { SourceImage } from './destination-rule.ts';

/** The words of templates, and what they stand for. */
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

/** The words a template uses, refusing unknown ones and braces that stand alone. */
export const templateWords = (template: string): ReadonlySet<TemplateWord> => {
  if (/\{\{|\}\}/.test(template.replace(PLACEHOLDER, '')))
    throw usageError(`template "${template}" has braces that do not match`, 'Write words as {{path}}.');
  const words = [...template.matchAll(PLACEHOLDER)].map(([, word = '']) =>
    isWord(word) ? word : refuseUnknown(template, word),
  );
  return new Set(words);
};

/** A template with something else for each of its words. */
export const replaceWords = (template: string, replacement: (word: string) => string): string =>
  template.replace(PLACEHOLDER, (_, word: string) => replacement(word));

/**
 * Fills in `{{registry}}`, `{{path}}`, `{{namespace}}`, `{{name}}`, `{{tag}}` and `{{digest}}`.
 * @throws WrapperError `usage` for an unknown word, or one the image has no value for.
 */
export const fillTemplate = (template: string, image: SourceImage): string =>
  replaceWords(template, (word) => {
    if (!isWord(word)) return refuseUnknown(template, word);
    const value = TEMPLATE_WORDS[word](image);
    if (value !== undefined) return value;
    throw usageError(
      `template "${template}" needs {{${word}}}, which ${image.reference} does not have`,
      word === 'tag' ? 'Leave the tag out of the template: images chosen by digest keep their digest.' : undefined,
    );
  });
