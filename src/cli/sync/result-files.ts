import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandLine } from '../../command-line/command-line.ts';
import { digestFile } from '../../display/sync/render-report.ts';
import { reportJson } from '../../display/sync/report-json.ts';
import type { SyncReport } from '../../sync/report/sync-report.ts';
import type { OutputFile } from '../output-files.ts';

/** A file that a run writes at its end. */
interface ResultFile extends OutputFile {
  readonly flag: 'report' | 'digestfile';
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
