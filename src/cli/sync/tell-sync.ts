import { resolve } from 'node:path';
import { type CommandLine, textOf } from '../../command-line/command-line.ts';
import type { Context } from '../../context.ts';
import { failuresText } from '../../display/sync/failures.ts';
import { digestFile, missingPlatformsLine, summaryLine } from '../../display/sync/render-report.ts';
import { reportJson } from '../../display/sync/report-json.ts';
import { messageOf } from '../../errors/system-error.ts';
import { EXIT } from '../../errors/wrapper-error.ts';
import { writeNamed } from '../../host/named-files.ts';
import { describeTermination, terminationOf } from '../../operation/termination.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { SyncJob } from '../../sync/job.ts';
import { type SyncReport, skippedRunReport } from '../../sync/report.ts';
import type { OutputFile } from '../output-files.ts';

/** A file that a run writes at its end. */
interface ResultFile extends OutputFile {
  readonly flag: 'report' | 'digestfile';
  readonly contentOf: (report: SyncReport, redactor: Redactor) => string;
}

const CONTENTS = {
  report: (report, redactor) => `${redactor.json(reportJson(report), 2)}\n`,
  digestfile: ({ images }) => digestFile(images),
} as const satisfies Record<ResultFile['flag'], ResultFile['contentOf']>;

/**
 * The files that a command line asks for. A run that did nothing writes only its report; the digest file stays as it
 * was.
 */
export const resultFiles = (
  line: Pick<CommandLine, 'values'>,
  cwd: string,
  flags: readonly ResultFile['flag'][] = ['report', 'digestfile'],
): readonly ResultFile[] =>
  flags.flatMap((flag) => {
    const path = textOf(line, flag);
    return path === undefined ? [] : [{ flag, path: resolve(cwd, path), contentOf: CONTENTS[flag] }];
  });

/** Why a file was not written; perhaps no process read it before the run was ended. */
const problemOf = (error: unknown, signal: AbortSignal): string => {
  const termination = error === signal.reason ? terminationOf(signal) : undefined;
  return termination === undefined ? messageOf(error) : `nobody read it: ${describeTermination(termination).message}`;
};

/** Writes them; returns those that could not be written. */
const writeResultFiles = async (
  files: readonly ResultFile[],
  report: SyncReport,
  redactor: Redactor,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const problems = [];
  for (const { flag, path, contentOf } of files) {
    const problem = await writeNamed(path, contentOf(report, redactor), signal).then(
      () => undefined,
      (error: unknown) => problemOf(error, signal),
    );
    if (problem !== undefined) problems.push(`--${flag} could not be written: ${problem}`);
  }
  return problems;
};

const printReport = (report: SyncReport, { stdout, redactor }: Context): void =>
  void stdout.write(`${redactor.json(reportJson(report))}\n`);

/** Writes result files; returns whether all of them could be written. */
const writeFiles = async (
  report: SyncReport,
  files: ReturnType<typeof resultFiles>,
  { stderr, redactor }: Context,
  signal: AbortSignal,
): Promise<boolean> => {
  const problems = await writeResultFiles(files, report, redactor, signal);
  for (const problem of problems) stderr.write(`skopeo-wrapper: ${problem}\n`);
  return problems.length === 0;
};

/**
 * Reports a run that did nothing because another run was in progress; it replaces the report, since an old one would
 * mislead. Returns the exit status.
 */
export const tellSkippedRun = async (
  { name }: SyncJob,
  { own, values }: CommandLine,
  context: Context,
  signal: AbortSignal,
): Promise<number> => {
  const { stderr, clock, cwd } = context;
  if (!values.quiet) stderr.write('skopeo-wrapper: another run of this job is under way; nothing was done\n');
  const report = skippedRunReport(name, new Date(clock.wallMs()).toISOString());
  if (own.json) printReport(report, context);
  return (await writeFiles(report, resultFiles({ values }, cwd, ['report']), context, signal))
    ? EXIT.success
    : EXIT.ioError;
};

/** Prints and writes the result of the run; returns whether everything could be written. */
export const tellReport = async (
  report: SyncReport,
  { own, values }: CommandLine,
  context: Context,
  signal: AbortSignal,
): Promise<boolean> => {
  const { stderr, cwd } = context;
  const table = failuresText(report, stderr.isTTY === true ? stderr.columns : undefined);
  if (table !== '') stderr.write(`\n${table}\n`);
  const missing = missingPlatformsLine(report.images);
  if (!values.quiet && missing !== '') stderr.write(`skopeo-wrapper: warning: ${missing}\n`);
  if (!values.quiet) stderr.write(`sync: ${summaryLine(report)}\n`);
  if (own.json) printReport(report, context);
  return writeFiles(report, resultFiles({ values }, cwd), context, signal);
};
