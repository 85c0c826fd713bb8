import { defined } from '../../defined.ts';
import type { Platform } from '../../image/platform.ts';
import type { CopySettings, ImageContent } from '../job.ts';
import { readSigning } from '../signing.ts';
import type { SyncFileCopyRules } from './schema.ts';

const toPlatform = (text: string): Platform => {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...defined({ variant }) };
};

const toContent = (platforms: SyncFileCopyRules['platforms']): ImageContent => {
  if (platforms === undefined) return 'all';
  return typeof platforms === 'string' ? platforms : platforms.map(toPlatform);
};

/** What skopeo is to make of an image; digests are preserved unless something asked for changes them. */
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
