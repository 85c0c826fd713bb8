import type { CommandLine } from '../../command-line/command-line.ts';
import { problemLine } from '../../config/problem.ts';
import type { Context } from '../../context.ts';
import { invalidJson, validJson } from '../../display/sync/check-json.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { refuseNamelessPrune } from '../../sync/plan-sync.ts';
import { formatCount } from '../../text/format.ts';
import { stateLocation } from '../open-session.ts';
import { reportError } from '../report-error.ts';
import { withinLimit } from '../with-run.ts';
import { type ReadJob, readJob } from './read-job.ts';
import { chosenImages, syncOptions } from './sync-options.ts';

/** Reads everything that a run would read before it asks a registry. Throws usage errors. */
const readAll = async (line: CommandLine, context: Context, signal: AbortSignal): Promise<ReadJob> => {
  const read = await readJob(line, context, signal);
  syncOptions(line, context.env);
  refuseNamelessPrune(await chosenImages(read.job, line, context, signal), {
    stateDirectory: stateLocation(line.own, context)?.stateDir,
  });
  return read;
};

/** Writes warnings to stderr about settings that work, but probably not as intended. */
export const tellWarnings = ({ path = '', warnings }: ReadJob, { stderr }: Context): void => {
  for (const warning of warnings) stderr.write(`skopeo-wrapper: warning: ${problemLine(path, warning)}\n`);
};

const tellValid = (read: ReadJob, line: CommandLine, context: Context): void => {
  const { stdout, redactor } = context;
  if (line.own.json) stdout.write(`${redactor.json(validJson(read))}\n`);
  if (line.values.quiet) return;
  tellWarnings(read, context);
  if (!line.own.json) stdout.write(`valid: ${formatCount(read.job.entries.length, 'source')}\n`);
};

/**
 * `sync --check`: validates the job and the flags without asking a registry, and prints the result. Returns the exit
 * status.
 */
export const checkSync = async (line: CommandLine, context: Context): Promise<number> => {
  try {
    tellValid(await withinLimit(line, context, (signal) => readAll(line, context, signal)), line, context);
    return EXIT.success;
  } catch (error) {
    if (!(error instanceof WrapperError) || !line.own.json) throw error;
    context.stdout.write(`${context.redactor.json(invalidJson(error))}\n`);
    return reportError(error, context, { json: false });
  }
};
