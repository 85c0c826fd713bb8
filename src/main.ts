import { reportError } from './cli/report-error.ts';
import { versionLine } from './cli/version.ts';
import type { CommandClass } from './cli/wrapper-command.ts';
import { findSubcommand, globalOptionTakesValue, isHelpRequest, wantsJson } from './command-line/find-subcommand.ts';
import { COMMANDS } from './commands/index.ts';
import { type Context, type Env, processContext } from './context.ts';
import { EXIT, usageError } from './errors/wrapper-error.ts';
import { ProcessOutput } from './host/process-output.ts';
import { ENDING_SIGNALS } from './operation/termination.ts';

const USER_DEFAULTS = { SHELL: 'unknown', HOME: '/' } as const;

/**
 * Loads oclif for a user that the system does not know. While its modules are evaluated and configured, oclif asks for
 * the user's home and shell. For a user id without an entry in the passwd file, as in Kubernetes, this throws. oclif
 * does not ask if HOME and SHELL are set, so both are set while `load` runs.
 */
const loadAsUnknownUser = async <T>(env: Env, load: () => Promise<T>): Promise<T> => {
  const missing = Object.entries(USER_DEFAULTS).filter(([name]) => env[name] === undefined);
  for (const [name, value] of missing) process.env[name] = value;
  try {
    return await load();
  } finally {
    for (const [name] of missing) delete process.env[name];
  }
};

const loadConfig = async () => (await import('./cli/oclif-config.ts')).loadOclifConfig();

const loadHelp = async () => (await import('@oclif/core/help')).Help;

const showHelp = async (id: string | undefined, { env }: Context): Promise<number> => {
  const [Help, config] = await loadAsUnknownUser(env, () => Promise.all([loadHelp(), loadConfig()]));
  await new Help(config).showHelp(id === undefined ? ['--help'] : [id, '--help']);
  return EXIT.success;
};

const runCommand = async (load: () => Promise<CommandClass>, argv: readonly string[], context: Context) => {
  const [CommandOfId, config] = await loadAsUnknownUser(context.env, async () => {
    const found = await load();
    return [found, found.oclifParses ? await loadConfig() : undefined] as const;
  });
  const { argv: rest } = findSubcommand(argv, globalOptionTakesValue);
  return new CommandOfId(CommandOfId.oclifParses ? [...rest] : [...argv], config, context).run();
};

/** Without a subcommand there are only help and the version. */
const runWithoutSubcommand = async (argv: readonly string[], context: Context): Promise<number> => {
  if (argv.length === 0 || isHelpRequest(argv)) return showHelp(undefined, context);
  const { parseCommandLine } = await import('./command-line/command-line.ts');
  if (!parseCommandLine(argv, context.env).values.version)
    throw usageError('No command given.', 'See skopeo-wrapper --help.');
  context.stdout.write(versionLine());
  return EXIT.success;
};

const dispatch = async (argv: readonly string[], context: Context): Promise<number> => {
  const { id, argv: rest } = findSubcommand(argv, globalOptionTakesValue);
  if (id === undefined) return runWithoutSubcommand(argv, context);
  if (id === 'help') return showHelp(findSubcommand(rest, globalOptionTakesValue).id, context);
  const load = Object.hasOwn(COMMANDS, id) ? COMMANDS[id] : undefined;
  if (load !== undefined) return isHelpRequest(rest) ? showHelp(id, context) : runCommand(load, argv, context);
  if (COMMANDS.passthrough !== undefined) return runCommand(COMMANDS.passthrough, argv, context);
  throw usageError(`Unknown command ${JSON.stringify(id)}.`, 'See skopeo-wrapper --help for the commands.');
};

/** Runs one command line to its end. Never throws; returns the exit status. */
export const runProgram = async (argv: readonly string[], context: Context): Promise<number> => {
  using _guard = context.redactor.guard(context.stderr);
  try {
    return await dispatch(argv, context);
  } catch (error) {
    const { id } = findSubcommand(argv, globalOptionTakesValue);
    return reportError(error, context, { json: wantsJson(argv, context.env), subcommand: id });
  }
};

/** How long a run that was told to end waits for readers of its output. */
const PATIENCE_MS = 3_000;
/** What the readers of both outputs get at least, however late the run has ended. */
const LEAST_PATIENCE_MS = 1_000;

/**
 * Runs the command line of this process and ends the process. Whatever happens to its output, the run goes on to its
 * end and is recorded. A reader that has gone is not a failure. A full disk behind stdout is one, and so is a reader that
 * takes nothing until the run must have ended; both are reported at the end.
 */
export const runProcess = async (argv: readonly string[], inheritedDescriptors: readonly number[]): Promise<never> => {
  const context = processContext(inheritedDescriptors);
  const { clock, deadline } = context;
  const [stdout, stderr] = [new ProcessOutput(process.stdout), new ProcessOutput(process.stderr)];
  process.on('uncaughtException', (error) => process.exit(reportError(error, context, { json: false })));
  const exitCode = await runProgram(argv, context);
  for (const signal of ENDING_SIGNALS) {
    // The run is recorded: only what its reader has not got can still make a failure of it.
    process.once(signal, () => (stdout.isFlushed ? process.exit(exitCode) : process.kill(process.pid, signal)));
  }
  const giveUpAtMs = Math.max(deadline.atMs + PATIENCE_MS, clock.monotonicMs() + LEAST_PATIENCE_MS);
  await stdout.flush(giveUpAtMs - clock.monotonicMs());
  if (stdout.lost !== undefined)
    context.stderr.write(`skopeo-wrapper: stdout could not be written: ${stdout.lost.message}\n`);
  await stderr.flush(Math.max(0, giveUpAtMs - clock.monotonicMs()));
  process.exit(stdout.lost === undefined ? exitCode : exitCode || EXIT.ioError);
};
