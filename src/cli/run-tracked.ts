import type { CommandLine } from '../command-line/command-line.ts';
import type { Context } from '../context.ts';
import { chooseDisplay } from '../display/choose-display.ts';
import { outcomeJson } from '../display/json/result-json.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import { reportUnstarted } from '../operation/report-unstarted.ts';
import { createRunDirectory } from '../operation/run-directory.ts';
import { type OperationOutcome, type OperationRequest, runOperation } from '../operation/run-operation.ts';
import { prepareCredentials } from '../registry/credentials/prepare.ts';
import { childEnvironment } from '../secrets/child-environment.ts';
import { loadNativePty } from '../skopeo/process/native-pty.ts';
import { Terminals } from '../skopeo/process/terminals.ts';
import { openSession } from './open-session.ts';
import { beginRun, openRun, type RecordUnstarted } from './opening.ts';
import { abortOnSignals } from './signals.ts';

type ToRequest = (line: CommandLine, context: RequestContext) => OperationRequest;

/** Records as failed what skopeo would have been asked for. */
const recordUnstarted =
  (line: CommandLine, context: Context, toRequest: ToRequest): RecordUnstarted =>
  async (error, { state, skopeo }) => {
    const { cwd, clock } = context;
    const credentials = { add: [], drop: [], secrets: [] };
    const request = toRequest(line, { binary: '', launcher: [], env: {}, cwd, credentials, runDirectory: undefined });
    const metrics = await openSession(line.own, context, state, skopeo);
    reportUnstarted(request, error, { clock, observers: [metrics.observer] });
    await request.cleanUp?.();
    await metrics.end({ exitCode: error.exitCode, durationSeconds: 0, success: false });
  };

/** Runs one subcommand of skopeo as a tracked operation: display, metrics, signals. Returns the exit status. */
export const runTracked = async (line: CommandLine, context: Context, toRequest: ToRequest): Promise<number> => {
  const { own } = line;
  const { env, cwd, uid, clock } = context;
  beginRun(line, context);
  const { state, skopeo, launcher } = await openRun(line, context, recordUnstarted(line, context, toRequest));
  using signals = abortOnSignals(context.signals);
  using runDirectory = createRunDirectory(env);
  const credentials = prepareCredentials({ ...line, own }, { env, uid });
  try {
    const request = toRequest(line, {
      binary: skopeo.path,
      launcher,
      env: childEnvironment(env),
      cwd,
      credentials,
      hasTerminal: context.stdin.isTTY === true || context.stdout.isTTY === true,
      runDirectory: runDirectory.path,
    });
    const display = await chooseDisplay(
      {
        ...own,
        command: line.subcommand ?? 'skopeo',
        quiet: line.values.quiet,
        debug: line.values.debug,
        secrets: request.secrets,
        copies: request.skopeo.streams === 'progress',
      },
      context,
    );
    const metrics = await openSession(own, context, state, skopeo);
    const outcome = await runOperation(request, {
      clock,
      random: Math.random,
      terminals: new Terminals(loadNativePty(env)),
      observers: [metrics.observer],
      signal: signals.signal,
      onEvent: display.onEvent,
      onErrorLine: display.onErrorLine,
    });
    await metrics.end(verdictOf(outcome));
    display.onEnd(outcome);
    display.close();
    if (own.json) context.stdout.write(`${JSON.stringify(outcomeJson(outcome))}\n`);
    if (own.metricsStrict && metrics.failed && outcome.result.exitCode === 0) return EXIT.ioError;
    return outcome.result.exitCode;
  } finally {
    credentials.dispose();
  }
};

const verdictOf = ({ result }: OperationOutcome) => ({
  exitCode: result.exitCode,
  durationSeconds: result.durationSeconds,
  success: result.outcome === 'success',
});
