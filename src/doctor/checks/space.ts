import { statfsSync } from 'node:fs';
import { formatBytes } from '../../text/format.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';
import { nearestExisting } from './state-directory.ts';

const ENOUGH_BYTES = 2 ** 30;

/** Whether the file system has space for what is written there. `use`: what that is. */
export const checkSpace = (directory: string, use: string): CheckFinding => {
  const { ok, warning } = findingsOf('space', directory);
  const { bavail, bsize } = statfsSync(nearestExisting(directory));
  const free = bavail * bsize;
  const message = `${formatBytes(free)} free for ${use} in ${directory}`;
  return free < ENOUGH_BYTES ? warning(message, 'Free space, or choose another file system.') : ok(message);
};
