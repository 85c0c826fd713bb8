import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links as the kernel follows. */
const MAX_LINKS = 40;
/** What lies there looks like links and is none: it has no name that could be removed. */
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
 * Where the links of a path lead, `/proc/self/fd/1` of `/dev/stdout`; the path itself where it is none, or leads nowhere.
 * skopeo removes a docker archive by its name when a copy into it fails and it is empty by then: of a link the link
 * (`/dev/stdout`, for root), and not what it leads to.
 */
export const archiveTarget = (path: string): string => {
  try {
    return follow(path);
  } catch {
    return path; // not Linux, or a directory that is not there: skopeo says what is wrong
  }
};
