import { resolve } from 'node:path';
import type { ConfigurationDocument } from '../../config/document.ts';
import { ConfigurationError, pathText } from '../../config/problem.ts';
import { WrapperError, withNextStep } from '../../errors/wrapper-error.ts';
import { dockerReference, parseLocation } from '../../image/docker-reference.ts';
import { registryKey } from '../../image/registry-key.ts';
import { type CopySettings, isSeveralPlatforms, type SyncEntry, type SyncSource } from '../job.ts';
import { compileRewrite, templateRule } from '../map/template-rule.ts';
import { compilePattern } from '../select/pattern.ts';
import type { Selection } from '../select/selection.ts';
import type { SyncFile, SyncFileCopyRules, SyncFileImage } from './schema.ts';
import { registrySettings, toAccess, toCopySettings, toSelection } from './settings.ts';

interface SourceParts {
  readonly source: SyncSource;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
}

/** A source may name one image; this counts as a list with one tag or digest. */
const toSource = (text: string, baseDirectory: string): SourceParts | undefined => {
  const location = parseLocation(text);
  if (location.transport === 'dir') {
    return { source: { kind: 'directory', path: resolve(baseDirectory, location.path) }, tags: [], digests: [] };
  }
  if (location.transport !== 'docker') return undefined;
  const { registry, path, tag, digest } = location;
  const byTag = tag === undefined || digest !== undefined ? [] : [tag];
  return { source: { kind: 'repository', registry, path }, tags: byTag, digests: digest === undefined ? [] : [digest] };
};

const nameOf = (source: SyncSource): string =>
  source.kind === 'directory' ? `dir:${source.path}` : `${source.registry}/${source.path}`;

/** Turns the images of one file into entries. For an image that cannot be used, it reports the position in the file. */
export class EntryReader {
  readonly #document: ConfigurationDocument;
  readonly #file: SyncFile;
  readonly #baseDirectory: string;
  readonly #registries: ReturnType<typeof registrySettings>;

  constructor(document: ConfigurationDocument, file: SyncFile, baseDirectory: string) {
    this.#document = document;
    this.#file = file;
    this.#baseDirectory = baseDirectory;
    this.#registries = registrySettings(file);
  }

  read(image: SyncFileImage, index: number): SyncEntry {
    const rules = { ...this.#file.defaults, ...image };
    const { source, tags, digests } = this.#source(image, index);
    const registry = source.kind === 'repository' ? this.#registries.get(registryKey(source.registry)) : undefined;
    const isOne = tags.length + digests.length > 0;
    const copy = toCopySettings(rules);
    const destinations = this.#destinations(rules, copy, index);
    const selection = toSelection(
      isOne ? [...tags] : image.tags,
      isOne ? digests : (image.digests ?? []),
      this.#file.defaults?.tags,
    );
    this.#checkSamples(source, selection, destinations, index);
    return {
      name: nameOf(source),
      line: this.#document.positionOf(['images', index]).line,
      settingsAre: 'file',
      source,
      selection,
      destinations,
      copy,
      sourceAccess: toAccess(registry, this.#baseDirectory),
      immutable: (rules.immutable ?? []).map(compilePattern),
      existingDirectory: 'replace',
    };
  }

  #source(image: SyncFileImage, index: number): SourceParts {
    const parts = toSource(image.source, this.#baseDirectory);
    if (parts === undefined)
      return this.#refuse(['images', index, 'source'], `"${image.source}": only registries and dir: can be listed`);
    if (image.source === 'dir:') return this.#refuse(['images', index, 'source'], '"dir:" names no directory');
    const isOne = parts.tags.length + parts.digests.length > 0;
    if (isOne && (image.tags !== undefined || image.digests !== undefined)) {
      const key = image.tags === undefined ? 'digests' : 'tags';
      return this.#refuse(['images', index, key], `"${image.source}" is one image; leave out its version or "${key}"`);
    }
    return parts;
  }

  #destinations(
    rules: SyncFileCopyRules & Pick<SyncFileImage, 'source'>,
    copy: CopySettings,
    index: number,
  ): SyncEntry['destinations'] {
    const texts = [rules.destination ?? []].flat();
    if (texts.length === 0) {
      return this.#refuse(['images', index], 'has no "destination", and neither has "defaults"');
    }
    const isSeveral = isSeveralPlatforms(copy.content);
    const local = texts.find((text) => parseTransport(text) !== 'docker');
    if (isSeveral && local !== undefined) {
      return this.#refuse(
        ['images', index],
        `several platforms cannot be written to "${local}"; name one, or take all`,
      );
    }
    if (isSeveral && rules.source.startsWith('dir:')) {
      return this.#refuse(
        ['images', index],
        `several platforms cannot be taken from "${rules.source}"; name one, or take all`,
      );
    }
    const rewrites = (rules.rewrite ?? []).map(compileRewrite);
    return texts.map((text) => templateRule(text, { rewrites, baseDirectory: this.#baseDirectory }));
  }

  /** Before anything runs, samples of a source's images show whether these fit their destinations. */
  #checkSamples(
    source: SyncSource,
    { tags, digests, rules }: Selection,
    destinations: SyncEntry['destinations'],
    index: number,
  ): void {
    if (source.kind === 'directory') return;
    const samples = [...tags, ...(rules === undefined ? [] : ['latest'])].map((tag) => ({ tag }));
    for (const version of [...samples, ...digests.map((digest) => ({ digest }))]) {
      const image = { ...source, ...version, reference: dockerReference(source, version) };
      for (const rule of destinations) this.#check(() => rule.destinationOf(image), index);
    }
  }

  #check(action: () => unknown, index: number): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      const isOwn = this.#file.images[index]?.destination !== undefined;
      const path = isOwn ? ['images', index, 'destination'] : ['defaults', 'destination'];
      this.#refuse(path, withNextStep(error));
    }
  }

  #refuse(path: readonly PropertyKey[], message: string): never {
    throw new ConfigurationError(this.#document.file, [
      { ...this.#document.positionOf(path), key: pathText(path), message },
    ]);
  }
}

const parseTransport = (template: string): string =>
  /^(dir|oci|oci-archive|docker-archive):/.exec(template)?.[1] ?? 'docker';
