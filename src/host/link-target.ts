import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links as the kernel follows (path_resolution(7)). */
export const MAX_LINKS = 40;
/** Entries of these directories look like links, but are none: they have no name that could be removed. */
const DESCRIPTORS = /^\/proc\/\d+(?:\/task\/\d+)?\/fd$/;

const follow = (path: string): string => {
  let place = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const directory = realpathSync(dirname(place));
    const link = join(directory, basename(place));
    if (DESCRIPTORS.test(directory) || !lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return place;
    place = resolve(directory, readlinkSync(link));
  }
  return path;
};

/**
 * The place where the links of a path lead, such as `/proc/self/fd/1` for `/dev/stdout`; the path itself if it is not a
 * link, or leads nowhere.
 */
export const linkTarget = (path: string): string => {
  try {
    return follow(path);
  } catch {
    return path; // not Linux, or the directory does not exist
  }
};
