import { join } from 'node:path';
import * as z from 'zod';
import { parseJson } from '../text/json.ts';
import type { Files } from './destination-context.ts';
import type { ImageFiles } from './directory-image.ts';
import { type FileIdentity, identify, moveToFreeName, unlinkIfSame } from './file-identity.ts';

/** The files of a replacement, by device and inode, so that a later run can finish it after a kill. */
const journalSchema = z.object({
  directory: z.string(),
  old: z.record(z.string(), z.string()),
  new: z.record(z.string(), z.string()),
});
type Journal = z.infer<typeof journalSchema>;

const JOURNAL = 'replacement.json';
const MANIFEST = 'manifest.json';
const SIGNATURE = /^(.*signature-)(\d+)$/;

const numbered = (name: string): { readonly series: string; readonly number: number } | undefined => {
  const [, series, digits] = SIGNATURE.exec(name) ?? [];
  return series === undefined ? undefined : { series, number: Number(digits) };
};

/** Signatures have no names of their own but numbers without gaps: at first, new ones are added after the old ones. */
const placedName = (name: string, old: ImageFiles): string => {
  const signature = numbered(name);
  if (signature === undefined) return name;
  const before = [...old.keys()].filter((other) => numbered(other)?.series === signature.series).length;
  return `${signature.series}${before + signature.number}`;
};

/** The manifest comes last: it alone decides which image the directory holds, and a rename replaces it in one step. */
const inOrder = (names: readonly string[]): readonly string[] => [
  ...names.filter((name) => name !== MANIFEST).toSorted(),
  ...names.filter((name) => name === MANIFEST),
];

const writeJournal = async (files: Files, stage: string, journal: Journal): Promise<void> => {
  await using file = await files.open(join(stage, JOURNAL), 'wx', 0o600);
  await file.writeFile(JSON.stringify(journal));
  await file.sync();
};

/**
 * Absent if there is none, or an unfinished one: nothing was moved before it was complete. Throws if it cannot be read.
 */
const readJournal = async (files: Files, stage: string): Promise<Journal | undefined> => {
  const path = join(stage, JOURNAL);
  if ((await identify(files, path)) === undefined) return undefined;
  return parseJson(await files.readFile(path), journalSchema);
};

/**
 * Gives the numbers of old signatures to new ones, the last first, so that all new ones can be found at every moment.
 */
const renumber = async (files: Files, directory: string, journal: Journal, series: string): Promise<void> => {
  const [olds, news] = [new Set(Object.values(journal.old)), new Set(Object.values(journal.new))];
  const present = new Map<number, FileIdentity>();
  for (const name of await files.readdir(directory)) {
    const signature = numbered(name);
    const found = signature?.series === series ? await identify(files, join(directory, name)) : undefined;
    if (signature !== undefined && found?.kind === 'file') present.set(signature.number, found);
  }
  const isOld = (number: number): boolean => olds.has(present.get(number)?.id ?? '');
  for (let last = present.size; last > 0; last--) {
    const free = [...present.keys()].toSorted((a, b) => a - b).find(isOld);
    const moving = present.get(last);
    if (free === undefined || moving === undefined) return;
    if (isOld(last)) await unlinkIfSame(files, join(directory, `${series}${last}`), moving.id);
    else {
      if (!news.has(moving.id)) return;
      await files.rename(join(directory, `${series}${last}`), join(directory, `${series}${free}`));
      present.set(free, moving);
    }
    present.delete(last);
  }
};

const removeOld = async (files: Files, directory: string, journal: Journal): Promise<void> => {
  const names = [...Object.keys(journal.old), ...Object.keys(journal.new)];
  const series = new Set(names.map((name) => numbered(name)?.series).filter((name) => name !== undefined));
  for (const one of series) await renumber(files, directory, journal, one);
  for (const [name, id] of Object.entries(journal.old)) {
    if (numbered(name) === undefined && !(name in journal.new)) await unlinkIfSame(files, join(directory, name), id);
  }
};

const removeNew = async (files: Files, directory: string, journal: Journal): Promise<void> => {
  for (const [name, id] of Object.entries(journal.new).toReversed()) {
    if (!(name in journal.old)) await unlinkIfSame(files, join(directory, name), id);
  }
};

/**
 * Finishes a replacement that the stage in a directory describes: it completes it if the new manifest is there, and
 * undoes it otherwise. May be called again at any time.
 */
export const finishReplacement = async (files: Files, directory: string, stage: string): Promise<void> => {
  const journal = await readJournal(files, stage);
  if (journal === undefined || (await identify(files, directory))?.id !== journal.directory) return;
  const isNew = (await identify(files, join(directory, MANIFEST)))?.id === journal.new[MANIFEST];
  await (isNew ? removeOld : removeNew)(files, directory, journal);
};

/**
 * Puts a new image into a directory in place of the old one, whose files are `old`: first the files that the new image
 * needs, which are named by their digests; then its manifest over the old one; then it removes what only the old image
 * needed. At every moment the directory holds one of the two images, whole. The directory itself, its owner and its
 * mode stay.
 */
export const replaceInPlace = async (
  files: Files,
  { image, directory, stage, old }: { image: string; directory: string; stage: string; old: ImageFiles },
): Promise<void> => {
  const placed = new Map<string, string>();
  const made: Record<string, string> = {};
  for (const name of inOrder(await files.readdir(image))) {
    const target = placedName(name, old);
    placed.set(name, target);
    made[target] = (await identify(files, join(image, name)))?.id ?? '';
  }
  const id = (await identify(files, directory))?.id ?? '';
  await writeJournal(files, stage, { directory: id, old: Object.fromEntries(old), new: made });
  for (const [name, target] of placed) {
    const to = join(directory, target);
    if (old.has(target)) await files.rename(join(image, name), to);
    else await moveToFreeName(files, join(image, name), to);
  }
};
