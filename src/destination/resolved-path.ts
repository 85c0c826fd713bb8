import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { MAX_LINKS } from '../host/link-target.ts';

/** Entries of a directory that are tried with the other case. */
const MAX_TRIED = 20;

const linkAt = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

/** Of directories alone: a file may have several names, each of which can be replaced by itself. */
const directoryIdAt = (path: string): string | undefined => {
  try {
    const stats = statSync(path, { bigint: true });
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
};

/** A path without links and dots, of which nothing need exist: links that lead nowhere yet are followed too. */
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

/** Whether upper and lower case are one in a directory, as far as what lies in it can tell, or else its own name. */
const ignoresCase = (directory: string): boolean => {
  let names: string[] = [];
  try {
    names = readdirSync(directory);
  } catch {
    // Unreadable: its own name tells.
  }
  const telling = names.filter((name) => otherCase(name) !== name && !names.includes(otherCase(name)));
  if (telling.length > 0)
    return telling
      .slice(0, MAX_TRIED)
      .some((name) => isSameFile(join(directory, name), join(directory, otherCase(name))));
  const name = basename(directory);
  return otherCase(name) !== name && isSameFile(directory, join(dirname(directory), otherCase(name)));
};

/** A place where something is written, the same for all of its names: keys of the directories it lies in come first. */
export interface ResolvedPath {
  readonly key: string;
  /** Keys of everything above, as far as it does not exist, and of the nearest directory that exists with all above it. */
  readonly above: readonly string[];
}

/**
 * Tells places apart whatever they are called: dots and links are resolved, directories count by device and inode, which
 * sees through mounts and upper and lower case, and what does not exist by name, folded where the file system does so.
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
