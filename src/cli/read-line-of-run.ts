import { type CommandLine, readOwnFlagsAlone } from '../command-line/command-line.ts';
import { findSubcommand, globalOptionTakesValue } from '../command-line/find-subcommand.ts';
import type { FlagTable } from '../command-line/flags/table.ts';
import type { OwnFlags } from '../command-line/own-flags.ts';
import type { Context } from '../context.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import { operationOf, subjectOf } from '../operation/request.ts';
import { reportStartFailure } from '../operation/run-operation.ts';
import { openSession } from './open-session.ts';
import { readCommandLine } from './read-command-line.ts';
import { failedRun, withoutSecrets } from './run-failure.ts';

/** The wrapper's flags, if they at least can be understood. */
const ownFlags = (argv: readonly string[], { env }: Context): OwnFlags | undefined => {
  try {
    return readOwnFlagsAlone(argv, env);
  } catch {
    return undefined;
  }
};

/** Plans and checks of `sync` are no runs. */
const isRun = (argv: readonly string[]): boolean => !argv.some((word) => /^--(?:check|dry-run)(?:=|$)/.test(word));

const recordRefusal = async (argv: readonly string[], context: Context, refusal: WrapperError): Promise<void> => {
  const own = ownFlags(argv, context);
  if (own?.jobName === undefined || !isRun(argv)) return;
  const { id = '' } = findSubcommand(argv, globalOptionTakesValue);
  const session = await openSession(own, context, undefined, 'failure').catch(() =>
    openSession(own, context, undefined, 'state'),
  );
  void reportStartFailure(subjectOf(operationOf(id), ''), refusal, {
    clock: context.clock,
    observers: [session.observer],
  });
  await session.end(withoutSecrets({ ...failedRun(refusal), durationSeconds: 0 }, context));
};

/**
 * Reads the command line of a run. If it cannot be understood, but names its job, that is a failed run of the job: a wrong
 * flag in a crontab must not look like a night without work. Throws usage errors.
 */
export const readLineOfRun = async (
  argv: readonly string[],
  context: Context,
  table: FlagTable,
): Promise<CommandLine> => {
  try {
    return await readCommandLine(argv, context, table);
  } catch (error) {
    if (error instanceof WrapperError) await recordRefusal(argv, context, error).catch(() => undefined);
    throw error;
  }
};
