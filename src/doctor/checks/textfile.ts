import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../context.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { createProbe } from '../../metrics/state/reading/probe.ts';
import { resolveTextfilePath } from '../../metrics/textfile/textfile.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';

const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

const selfAndParents = (path: string): readonly string[] =>
  dirname(path) === path ? [path] : [path, ...selfAndParents(dirname(path))];

const lacks = (path: string, mode: number): boolean => (statSync(path).mode & mode) !== mode;

/**
 * What prevents node_exporter, which is neither owner nor in the group, from reading the file: a command that corrects
 * it.
 */
const correctionFor = (file: string): string | undefined => {
  const [directory = '/', ...above] = selfAndParents(dirname(file));
  if (lacks(directory, OTHERS_READ | OTHERS_ENTER)) return `chmod o+rx ${directory}`;
  const closed = above.find((path) => lacks(path, OTHERS_ENTER));
  if (closed !== undefined) return `chmod o+x ${closed}`;
  return existsSync(file) && lacks(file, OTHERS_READ) ? `chmod o+r ${file}` : undefined;
};

/** Whether the textfile can be written, and read by node_exporter. `path` is absolute: `--metrics-textfile`. */
export const checkTextfile = async (path: string, clock: Clock): Promise<readonly CheckFinding[]> => {
  const { ok, warning, error } = findingsOf('textfile', path);
  try {
    const file = await resolveTextfilePath(path);
    const directory = dirname(file);
    if (!createProbe(directory, clock).check().writable) {
      const next = `Make ${directory} writable for the user of the jobs: the file is replaced, not rewritten.`;
      return [error(`the textfile ${file} cannot be written`, next)];
    }
    const obstacle = correctionFor(file);
    if (obstacle === undefined) return [ok(`the textfile ${file} can be written and read`)];
    return [warning(`node_exporter may not be able to read ${file}`, `Unless its user is in the group: ${obstacle}`)];
  } catch (problem) {
    if (problem instanceof WrapperError) return [error(problem.message, problem.next)];
    throw problem;
  }
};
