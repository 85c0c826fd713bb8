import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { MAX_LINKS } from '../host/link-target.ts';

/** Number of entries of a directory that are tried with the other case. */
const MAX_TRIED = 20;

const linkAt = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** Only for directories: a file may have several names, and each of them can be replaced separately. */
const directoryIdAt = (path: string): string | undefined => {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
};

/** A path without links and dots. Nothing of it need exist: links that lead nowhere yet are followed too. */
const followLinks = (path: string, links = 0): string => {
  const { root } = parse(path);
  if (path === root) return path;
  const above = followLinks(dirname(path), links);
  const here = join(above, basename(path));
  const target = links < MAX_LINKS ? linkAt(here) : undefined;
  return target === undefined ? here : followLinks(resolve(above, target), links + 1);
};

const otherCase = (name: string): string => {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
};

const isSameFile = (a: string, b: string): boolean => {
  try {
    const [one, other] = [lstatSync(a, { bigint: true }), lstatSync(b, { bigint: true })];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
};

/** Whether a directory treats upper and lower case as the same, as its entries show, or else its own name. */
const ignoresCase = (directory: string): boolean => {
  let names: string[] = [];
  try {
    names = readdirSync(directory);
  } catch {
    // It cannot be read: its own name decides.
  }
  const telling = names.filter((name) => otherCase(name) !== name && !names.includes(otherCase(name)));
  if (telling.length > 0)
    return telling
      .slice(0, MAX_TRIED)
      .some((name) => isSameFile(join(directory, name), join(directory, otherCase(name))));
  const name = basename(directory);
  return otherCase(name) !== name && isSameFile(directory, join(dirname(directory), otherCase(name)));
};

/** A place to which something is written; all its names give the same place. */
export interface ResolvedPath {
  readonly key: string;
  /**
   * Keys of all directories above the place that do not exist yet, of the nearest one that exists, and of all above
   * that.
   */
  readonly above: readonly string[];
}

/**
 * Finds out whether paths mean the same place. Dots and links are resolved. Directories that exist are compared by
 * device and inode, so that mounts and upper and lower case make no difference; what does not exist is compared by
 * name, without regard to case where the file system has none.
 */
export class PathResolver {
  readonly #directories = new Map<string, ResolvedPath & { readonly foldsCase: boolean; readonly exists: boolean }>();

  resolve(path: string): ResolvedPath {
    return this.#resolve(followLinks(resolve(path)));
  }

  #resolve(path: string): ResolvedPath & { readonly foldsCase: boolean; readonly exists: boolean } {
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const resolved = this.#examine(path);
    this.#directories.set(path, resolved);
    return resolved;
  }

  #examine(path: string): ResolvedPath & { readonly foldsCase: boolean; readonly exists: boolean } {
    const isRoot = path === dirname(path);
    const parent = isRoot ? undefined : this.#resolve(dirname(path));
    const above = parent === undefined ? [] : [parent.key, ...parent.above];
    const id = parent?.exists === false ? undefined : directoryIdAt(path);
    if (id !== undefined) return { key: id, above, exists: true, foldsCase: ignoresCase(path) };
    const foldsCase = parent?.foldsCase === true;
    const name = foldsCase ? basename(path).normalize('NFC').toLowerCase() : basename(path);
    return { key: `${parent?.key}/${name}`, above, exists: false, foldsCase };
  }
}
