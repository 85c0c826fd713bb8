import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../context.ts';
import { createProbe } from '../../metrics/state/reading/probe.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';

/** The path itself, or the nearest directory above it that exists. `path` is absolute. */
export const nearestExisting = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));

const WORLD_WRITABLE = 0o002;

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const judgeExisting = (directory: string, clock: Clock, uid: number): CheckFinding => {
  const { ok, warning, error } = findingsOf('state', directory);
  const stats = statSync(directory);
  if (!stats.isDirectory()) return error(`${directory} is no directory`, 'Name another one with --state-dir.');
  if (!createProbe(directory, clock).check().writable) {
    const next = `Make it writable for user ${uid} (it belongs to ${stats.uid}:${stats.gid}), or name another one with --state-dir.`;
    return error(`the state directory ${directory} cannot be written: metrics of runs will be lost`, next);
  }
  if ((stats.mode & WORLD_WRITABLE) !== 0) {
    const next = `chmod o-w ${directory}; who shares it belongs into its group.`;
    return warning(`everybody may write the state directory ${directory}, and so invent runs`, next);
  }
  return ok(`the state directory ${directory} is writable`);
};

/** Whether runs can leave their metrics. `directory`: undefined where there is no default. */
export const checkStateDirectory = (
  directory: string | undefined,
  { clock, uid }: { clock: Clock; uid: number },
): CheckFinding => {
  if (directory === undefined) {
    const { warning } = findingsOf('state', '');
    return warning('runs leave no metrics: HOME is not set', 'Name a directory with --state-dir.');
  }
  const { ok, error } = findingsOf('state', directory);
  const existing = nearestExisting(directory);
  if (existing === directory) return judgeExisting(directory, clock, uid);
  if (isWritable(existing)) return ok(`the state directory ${directory} will be made by the first run`);
  const next = `install -d -o ${uid} -m 0750 ${directory} (as root), or name another one with --state-dir.`;
  return error(`the state directory ${directory} does not exist and cannot be made in ${existing}`, next);
};
