import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usageError } from '../../errors/wrapper-error.ts';

/** The file's name in a directory of node_exporter's textfile collector. */
const TEXTFILE_NAME = 'skopeo_wrapper.prom';

const kindOf = async (path: string): Promise<'directory' | 'other' | 'missing'> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return 'missing';
  return stats.isDirectory() ? 'directory' : 'other';
};

/**
 * The textfile that a user means by `PATH`: a directory, or a file that ends in `.prom` (nothing else is read by
 * node_exporter). Throws a usage error if it is neither, or its directory does not exist.
 */
export const resolveTextfilePath = async (path: string): Promise<string> => {
  if ((await kindOf(path)) === 'directory') return join(path, TEXTFILE_NAME);
  if (!path.endsWith('.prom')) {
    throw usageError(
      `textfile ${path}: neither a directory that exists nor a file name that ends in .prom`,
      `Create the directory, or name a file such as ${join(path, TEXTFILE_NAME)}.`,
    );
  }
  const directory = dirname(path);
  if ((await kindOf(directory)) === 'directory') return path;
  throw usageError(
    `textfile ${path}: the directory ${directory} does not exist`,
    "Create it, or name the directory that node_exporter's --collector.textfile.directory names.",
  );
};
