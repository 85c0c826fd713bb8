import type { Context } from '../context.ts';
import { chooseDisplay } from '../display/choose-display.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import { createRunDirectory } from '../operation/run-directory.ts';
import { type OperationRequest, runOperation } from '../operation/run-operation.ts';
import { loadNativePty } from '../skopeo/process/native-pty.ts';
import { Terminals } from '../skopeo/process/terminals.ts';
import type { CommandLine } from './command-line.ts';
import { abortOnSignals } from './signals.ts';

/** Environment of skopeo: ours without our own variables, some of which hold secrets. */
const skopeoEnv = (env: Context['env']): Context['env'] =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SKOPEO_WRAPPER_')));

/** Runs one subcommand of skopeo as a tracked operation: display, metrics, signals. Returns the exit status. */
export const runTracked = async (
  line: CommandLine,
  context: Context,
  toRequest: (line: CommandLine, context: RequestContext) => OperationRequest,
): Promise<number> => {
  const { own, values } = line;
  using signals = abortOnSignals(context.signals);
  using runDirectory = createRunDirectory(context.env);
  const request = toRequest(line, {
    binary: own.skopeoPath ?? 'skopeo',
    env: skopeoEnv(context.env),
    cwd: context.cwd,
    credentialArgs: [],
    secrets: [],
    runDirectory: runDirectory.path,
    signal: signals.signal,
  });
  const { json, progress, events } = own;
  const { quiet, debug } = values;
  const copies = request.skopeo.streams === 'progress';
  const display = chooseDisplay({ progress, json, events, quiet, debug, copies, secrets: request.secrets }, context);
  const outcome = await runOperation(request, {
    clock: context.clock,
    random: Math.random,
    terminals: new Terminals(loadNativePty()),
    observers: [],
    signal: signals.signal,
    onEvent: display.onEvent,
    onErrorLine: display.onErrorLine,
  });
  display.onEnd(outcome);
  display.close();
  if (json) context.stdout.write(`${JSON.stringify(outcome.result)}\n`);
  return outcome.result.exitCode;
};
