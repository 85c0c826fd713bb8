import { parseCommandLine } from '../command-line/command-line.ts';
import { refuseOperands } from '../command-line/refusals.ts';
import { processContext } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { copyTask } from '../operation/copy-task.ts';
import { plainTask } from '../operation/plain-task.ts';
import type { RunOptions } from './run-options.ts';
import { type RunningOperation, startOperation } from './start-operation.ts';

/**
 * Flags of the program for its display, its metrics or its state: in the library these are options, or have no meaning.
 */
const PROGRAM_FLAGS: ReadonlySet<string> = new Set(
  [
    'events',
    'heartbeat-interval',
    'job-max-age',
    'job-name',
    'json',
    'metrics-listen',
    'metrics-strict',
    'metrics-textfile',
    'no-state',
    'progress',
    'state-dir',
  ].map((name) => `--${name}`),
);

const refuseProgramFlags = (argv: readonly string[]): void => {
  const flag = argv.find((argument) => PROGRAM_FLAGS.has(argument.split('=', 1)[0] ?? ''));
  if (flag !== undefined) throw usageError(`${flag} belongs to the program`, 'Use the options of the library.');
};

/**
 * Runs a subcommand of skopeo: `run(['inspect', 'docker://alpine:3'])`. Flags are those of skopeo, and those of this
 * program for credentials and time limits. Throws a `WrapperError` for a command line that cannot be parsed, before
 * anything is touched.
 */
export const run = (argv: readonly string[], options: RunOptions = {}): RunningOperation => {
  refuseProgramFlags(argv);
  const line = parseCommandLine(argv, options.env ?? processContext().env);
  if (line.subcommand === undefined) throw usageError('no subcommand given', "Give one, such as ['inspect', IMAGE].");
  refuseOperands(line);
  return startOperation(line, line.subcommand === 'copy' ? copyTask : plainTask('captured'), options);
};
