import { type BigIntStats, constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type CommandLine, textOf } from '../command-line/command-line.ts';
import { messageOf } from '../errors/system-error.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { parseReference } from '../image/reference.ts';

/** A file that a run writes. */
export interface OutputFile {
  /** Its name on the command line, without dashes. */
  readonly flag: string;
  /** Absolute. */
  readonly path: string;
}

const statusOf = (path: string): Promise<BigIntStats | undefined> =>
  stat(path, { bigint: true }).catch(() => undefined);

const exists = async (path: string): Promise<boolean> => (await statusOf(path)) !== undefined;

/** A `dir:` image has all of its files in one directory. */
const isInDirectoryImage = async (directory: string): Promise<boolean> =>
  (await exists(join(directory, 'version'))) && (await exists(join(directory, 'manifest.json')));

/** A layout has its blobs two levels below. */
const isInLayout = async (directory: string): Promise<boolean> => {
  const above = [directory, dirname(directory), dirname(dirname(directory))];
  const marks = await Promise.all(above.map((one) => exists(join(one, 'oci-layout'))));
  return marks.some(Boolean);
};

/** A regular file by device and inode; undefined for everything else. */
const identityOf = (status: BigIntStats | undefined): string | undefined =>
  status?.isFile() ? `${status.dev}:${status.ino}` : undefined;

/** The files that a command line gives a run to read, or to copy to. */
const otherFiles = (line: Pick<CommandLine, 'operands' | 'values'>, cwd: string): readonly string[] => {
  const operands = line.operands.map((operand) => parseReference(operand).path);
  const paths = [...operands, textOf(line, 'file'), textOf(line, 'images')];
  return paths.flatMap((path) => (path === undefined ? [] : [resolve(cwd, path)]));
};

const problemOf = async (path: string, taken: ReadonlySet<string>): Promise<string | undefined> => {
  const status = await statusOf(path);
  if (status?.isDirectory()) return 'it is a directory';
  const identity = identityOf(status);
  if (identity !== undefined && taken.has(identity)) return 'the run itself reads or writes it';
  const directory = dirname(path);
  if ((await isInDirectoryImage(directory)) || (await isInLayout(directory))) return 'it lies in an image';
  return access(status === undefined ? directory : path, constants.W_OK).then(() => undefined, messageOf);
};

/**
 * Refuses output files that cannot be written, so that this does not show only after hours of copying, and files that are
 * part of an image, or that the run itself reads or writes: they would be destroyed. Throws a usage error.
 */
export const refuseUnwritable = async (
  files: readonly OutputFile[],
  line: Pick<CommandLine, 'operands' | 'values'>,
  cwd: string,
): Promise<void> => {
  const identities = await Promise.all(otherFiles(line, cwd).map(async (path) => identityOf(await statusOf(path))));
  const taken = new Set(identities.filter((identity) => identity !== undefined));
  for (const { flag, path } of files) {
    const problem = await problemOf(path, taken);
    if (problem !== undefined)
      throw usageError(
        `--${flag} ${path} cannot be written: ${problem}`,
        'Name another file, in a directory that exists.',
      );
  }
};
