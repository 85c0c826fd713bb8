import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CommandLine } from '../../command-line/command-line.ts';
import { digestFile } from '../../display/sync/render-report.ts';
import { reportJson } from '../../display/sync/report-json.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import type { SyncReport } from '../../sync/report/sync-report.ts';

/** A file that a run writes at its end. */
interface ResultFile {
  readonly flag: 'report' | 'digestfile';
  readonly path: string;
  readonly contentOf: (report: SyncReport) => string;
}

const CONTENTS = {
  report: (report) => `${JSON.stringify(reportJson(report), undefined, 2)}\n`,
  digestfile: ({ images }) => digestFile(images),
} as const satisfies Record<ResultFile['flag'], ResultFile['contentOf']>;

/** The files that a command line asks for; of a run that did nothing only the report, whose digests stay what they are. */
export const resultFiles = (
  { values }: Pick<CommandLine, 'values'>,
  cwd: string,
  flags: readonly ResultFile['flag'][] = ['report', 'digestfile'],
): readonly ResultFile[] =>
  flags.flatMap((flag) => {
    const path = values.byName.get(flag)?.at(-1);
    return path === undefined ? [] : [{ flag, path: resolve(cwd, path), contentOf: CONTENTS[flag] }];
  });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Hours of copying must not end with a file that could never have been written. Throws a usage error. */
export const refuseUnwritable = async (files: readonly ResultFile[]): Promise<void> => {
  for (const { flag, path } of files) {
    const status = await stat(path).catch(() => undefined);
    const problem = status?.isDirectory()
      ? 'it is a directory'
      : await access(status === undefined ? dirname(path) : path, constants.W_OK).then(() => undefined, messageOf);
    if (problem !== undefined)
      throw usageError(`--${flag} ${path} cannot be written: ${problem}`, 'Name a file in a directory that exists.');
  }
};

/** Writes them; returns what could not be. */
export const writeResultFiles = async (
  files: readonly ResultFile[],
  report: SyncReport,
): Promise<readonly string[]> => {
  const problems = [];
  for (const { flag, path, contentOf } of files) {
    const problem = await writeFile(path, contentOf(report)).then(() => undefined, messageOf);
    if (problem !== undefined) problems.push(`--${flag} could not be written: ${problem}`);
  }
  return problems;
};
