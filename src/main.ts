import type { Writable } from 'node:stream';
import { reportError } from './cli/report-error.ts';
import { versionLine } from './cli/version.ts';
import type { CommandClass } from './cli/wrapper-command.ts';
import { findSubcommand, globalOptionTakesValue, isHelpRequest, wantsJson } from './command-line/find-subcommand.ts';
import { COMMANDS } from './commands/index.ts';
import { type Context, type Env, type OutputStream, processContext } from './context.ts';
import { EXIT, usageError } from './errors/wrapper-error.ts';

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

/** Resolves when everything that was written before has left the process, or nobody reads it any more. */
const flush = (stream: OutputStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()));

/** The errors of a pipe whose reader has gone, and of a terminal that was closed. */
const READER_GONE_CODES: ReadonlySet<string> = new Set(['EPIPE', 'EIO']);

/**
 * Warns about data that an output does not accept (a full disk) instead of failing; a lost reader stays an error of the
 * stream.
 */
const warnAboutLostWrites = (stream: Writable, onLost: (error: Error) => void): void => {
  const write = stream._write.bind(stream);
  stream._write = (chunk, encoding, done) =>
    write(chunk, encoding, (error?: NodeJS.ErrnoException | null) => {
      if (!error || READER_GONE_CODES.has(error.code ?? '')) return done(error);
      onLost(error);
      done();
    });
};

/**
 * Runs the command line of this process and ends the process. Whatever happens to its output, the run goes on to its
 * end and is recorded. A reader that has gone (`| head`, a closed terminal) is not a failure; a full disk behind stdout
 * is one, and is reported at the end.
 */
export const runProcess = async (argv: readonly string[], inheritedDescriptors: readonly number[]): Promise<never> => {
  const context = processContext(inheritedDescriptors);
  const ignoreLostReader = (error: NodeJS.ErrnoException): void => {
    if (!READER_GONE_CODES.has(error.code ?? '')) throw error;
  };
  let lost: Error | undefined;
  warnAboutLostWrites(process.stdout, (error) => {
    lost ??= error;
  });
  warnAboutLostWrites(process.stderr, () => undefined);
  process.stdout.on('error', ignoreLostReader);
  process.stderr.on('error', ignoreLostReader);
  process.on('uncaughtException', (error) => process.exit(reportError(error, context, { json: false })));
  const exitCode = await runProgram(argv, context);
  await flush(context.stdout);
  if (lost !== undefined) context.stderr.write(`skopeo-wrapper: stdout could not be written: ${lost.message}\n`);
  await flush(context.stderr);
  process.exit(lost === undefined ? exitCode : exitCode || EXIT.ioError);
};
