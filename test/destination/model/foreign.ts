import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { PLACES } from './images.ts';

/** What somebody else has, or does: kind and place. */
const FOREIGN = [
  'file',
  'directory',
  'pipe',
  'dangling link',
  'link to directory',
  'link to file',
  'link to a place',
  'version',
  'copy of a stage',
] as const;
const FOREIGN_NAMES = [
  ...PLACES,
  'a/notes.txt',
  'b/notes.txt',
  'a/version',
  `b/${'e'.repeat(64)}`,
  'b/signature-9',
  'a/blobs/mine',
  'b/index.json',
  '.skopeo-wrapper-abcdef',
  'a/.skopeo-wrapper-ABCDEF',
  'b/.skopeo-wrapper-123456/stage',
  '.skopeo-wrapper-fedcba',
  'b/.skopeo-wrapper-FEDCBA',
  'a/image',
  'deep/er/thesis.txt',
  'oci-put-blob1',
  'a/dir-put-blob1',
  'b/oci-put-blob1',
] as const;

export interface Foreign {
  readonly kind: (typeof FOREIGN)[number];
  readonly name: (typeof FOREIGN_NAMES)[number];
}

export const foreignArbitrary: fc.Arbitrary<Foreign> = fc.record({
  kind: fc.constantFrom(...FOREIGN),
  name: fc.constantFrom(...FOREIGN_NAMES),
});

/** What a skopeo that failed early leaves in a directory: the beginning of an image, whose bytes every image has. */
const VERSION = 'Directory Transport Version: 1.1\n';

/** What `cp -a` makes of a stage that a killed run left: the marker still names the directory that it was written for. */
const COPIED_STAGE = { stage: '{"skopeo-wrapper":"stage","directory":"1:2"}', image: 'rescued', old: 'rescued' };

/** How somebody's file is compared: by its bytes alone where an image has the same ones under the same name. */
export const comparable = (path: string, state: string | undefined): string | undefined =>
  path === 'a/version' && state?.endsWith(hash('sha256', VERSION)) === true ? VERSION : state;

/** Everything below a directory: kind, inode, mode and content of each path. */
export const snapshot = async (root: string, below = ''): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const name of (await readdir(join(root, below))).toSorted()) {
    const path = join(below, name);
    const full = join(root, path);
    const stats = await lstat(full);
    const content = stats.isFile()
      ? hash('sha256', await readFile(full))
      : stats.isSymbolicLink()
        ? await readlink(full)
        : '';
    found.set(path, `${stats.mode} ${stats.ino} ${content}`);
    if (stats.isDirectory()) for (const [inner, state] of await snapshot(root, path)) found.set(inner, state);
  }
  return found;
};

/** Makes what belongs to somebody else, if the place is free; returns the paths that were made. */
export const makeForeign = async (root: string, { kind, name }: Foreign): Promise<readonly string[]> => {
  const path = join(root, name);
  const parent = dirname(path);
  try {
    const isNew = (await stat(parent).catch(() => undefined)) === undefined;
    if (isNew) await mkdir(parent);
    const made = [...(isNew ? [dirname(name)] : []), name];
    if (kind === 'file') await writeFile(path, `precious ${name}`, { flag: 'wx' });
    else if (kind === 'version') await writeFile(path, VERSION, { flag: 'wx' });
    else if (kind === 'directory') await mkdir(path);
    else if (kind === 'copy of a stage') {
      await mkdir(path);
      for (const [inner, text] of Object.entries(COPIED_STAGE)) await writeFile(join(path, inner), text);
      made.push(...Object.keys(COPIED_STAGE).map((inner) => join(name, inner)));
    } else if (kind === 'pipe') assert.equal(spawnSync('mkfifo', [path], { stdio: 'ignore' }).status, 0);
    else {
      const target = {
        'dangling link': 'nowhere',
        'link to directory': 'treasure',
        'link to file': 'treasure/gold',
        'link to a place': 'b',
      };
      await symlink(join(root, target[kind]), path);
    }
    return made;
  } catch {
    return [];
  }
};
