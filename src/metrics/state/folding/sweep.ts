import { lstatSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tryTo } from '../files/best-effort.ts';
import type { StateLocation } from '../files/directories.ts';
import { listState } from '../files/listing.ts';

const TEMPORARY_MAX_AGE_MS = 3_600_000;
/** Long enough for somebody to look at what was damaged. */
const QUARANTINED_MAX_AGE_MS = 30 * 24 * 3_600_000;

/** Deletes what killed processes have left behind: unfinished files after an hour, quarantined ones after 30 days. */
export const sweep = ({ stateDir, spillDir }: StateLocation, nowMs: number): void => {
  for (const directory of spillDir === undefined ? [stateDir] : [stateDir, spillDir]) {
    const { temporary, quarantined } = listOrNothing(directory);
    for (const name of temporary) removeIfOlder(join(directory, name), nowMs - TEMPORARY_MAX_AGE_MS);
    for (const name of quarantined) removeIfOlder(join(directory, name), nowMs - QUARANTINED_MAX_AGE_MS);
  }
};

const listOrNothing = (directory: string): Pick<ReturnType<typeof listState>, 'temporary' | 'quarantined'> => {
  try {
    return listState(directory);
  } catch {
    return { temporary: [], quarantined: [] };
  }
};

const removeIfOlder = (path: string, beforeMs: number): void => {
  tryTo(() => {
    if (lstatSync(path).mtimeMs < beforeMs) unlinkSync(path);
  });
};
