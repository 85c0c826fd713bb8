import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isStageName } from '../../destination/stage.ts';
import { messageOf } from '../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { isDigest, isTag } from '../../image/docker-reference.ts';
import type { SourceImage } from '../map/destination-rule.ts';

/** One after another: a tree of thousands would otherwise open thousands of directories at once. */
const imageDirectories = async (directory: string): Promise<readonly string[]> => {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  const directories = entries.filter((entry) => entry.isDirectory() && !isStageName(entry.name));
  for (const name of directories.map((entry) => entry.name).toSorted()) {
    found.push(...(await imageDirectories(join(directory, name))));
  }
  const isImage = entries.some((entry) => entry.name === 'manifest.json' && !entry.isDirectory());
  return isImage ? [...found, directory] : found;
};

/** `name:tag` or `name@digest`, as skopeo names directories. */
const splitVersion = (name: string): Pick<SourceImage, 'path' | 'tag' | 'digest'> => {
  const at = name.lastIndexOf('@');
  const digest = name.slice(at + 1);
  if (at >= 0 && isDigest(digest)) return { path: name.slice(0, at), digest };
  const colon = name.lastIndexOf(':');
  const tag = name.slice(colon + 1);
  return colon >= 0 && isTag(tag) ? { path: name.slice(0, colon), tag } : { path: name };
};

/** The name of an image below `base`; for `base` itself its last component. Source: cmd/skopeo/sync.go of skopeo. */
const nameBelow = (directory: string, base: string): string => {
  const below = directory.startsWith(base) ? directory.slice(base.length) : directory;
  return (below === '' ? basename(base) : below).replace(/^\/+/, '');
};

const imageAt = (directory: string, base: string): SourceImage => ({
  reference: `dir:${directory}`,
  ...splitVersion(nameBelow(directory, base)),
});

/** The image in a directory, named relative to `base`; absent when the directory is not below `base`. */
export const imageOfDirectory = (directory: string, base: string): SourceImage | undefined =>
  directory === base || directory.startsWith(join(base, '/')) ? imageAt(directory, base) : undefined;

/**
 * The images in `dir:` format below a directory: every directory with a `manifest.json`.
 * @throws WrapperError when the directory cannot be read.
 */
export const directoryImages = async (base: string): Promise<readonly SourceImage[]> => {
  const status = await stat(base).catch(() => undefined);
  if (status === undefined || !status.isDirectory()) {
    throw new WrapperError(`${base} is not a directory`, {
      errorType: 'not_found',
      exitCode: EXIT.failure,
      next: 'Check the path; relative ones start at the directory of the file.',
    });
  }
  try {
    const directories = await imageDirectories(join(base, '.'));
    return directories.map((directory) => imageAt(directory, base));
  } catch (cause) {
    const message = `cannot read below ${base}: ${messageOf(cause)}`;
    throw new WrapperError(message, { errorType: 'permission', exitCode: EXIT.failure, cause });
  }
};
