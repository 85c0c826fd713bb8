import { beginRun } from '../cli/opening.ts';
import type { CommandLine } from '../command-line/command-line.ts';
import { refuseUnsupported } from '../command-line/refuse-unsupported.ts';
import { type Context, processContext } from '../context.ts';
import { WrapperError } from '../errors/wrapper-error.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import { reportUnstarted } from '../operation/report-unstarted.ts';
import { createRunDirectory } from '../operation/run-directory.ts';
import { type OperationRequest, type OperationSurroundings, runOperation } from '../operation/run-operation.ts';
import { type PreparedCredentials, prepareCredentials } from '../registry/credentials/prepare.ts';
import { childEnvironment } from '../secrets/child-environment.ts';
import { Secret } from '../secrets/secret.ts';
import { findSkopeo } from '../skopeo/binary/find.ts';
import { loadNativePty } from '../skopeo/process/native-pty.ts';
import { findLauncher } from '../skopeo/process/parent-death.ts';
import { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationResult } from '../tracking/events.ts';
import { eventListeners } from './event-listeners.ts';
import { DEFAULT_HEARTBEAT_SECONDS, startHeartbeat } from './heartbeat.ts';
import { checkRunOptions, type RunOptions } from './run-options.ts';
import { type RunningOperation, type RunResult, runningOperation } from './running-operation.ts';

/** Turns an understood command line into what skopeo is asked for. */
export type ToRequest = (line: CommandLine, context: RequestContext) => OperationRequest;

/** Starts an operation. Throws a usage error for bad options; everything later is told by the result. */
export const startOperation = (line: CommandLine, toRequest: ToRequest, options: RunOptions): RunningOperation => {
  checkRunOptions(options);
  const own = processContext();
  const context = { ...own, env: options.env ?? own.env, cwd: options.cwd ?? own.cwd };
  beginRun(line, context);
  const { metrics, signal, heartbeatIntervalSeconds = DEFAULT_HEARTBEAT_SECONDS } = options;
  const heartbeat = startHeartbeat(heartbeatIntervalSeconds, () => metrics?.heartbeat());
  return runningOperation(async (emit) => {
    using _ = heartbeat;
    const listeners = eventListeners([emit, options.onEvent]);
    const result = await execute(line, toRequest, options, context, {
      clock: context.clock,
      random: Math.random,
      terminals: new Terminals(loadNativePty(context.env)),
      observers: metrics === undefined ? [] : [metrics.observer],
      signal: signal === undefined ? listeners.signal : AbortSignal.any([signal, listeners.signal]),
      onEvent: listeners.tell,
      onErrorLine: () => undefined,
    });
    listeners.throwIfFailed();
    return result;
  });
};

const execute = async (
  line: CommandLine,
  toRequest: ToRequest,
  options: RunOptions,
  { env, cwd, uid, program }: Context,
  surroundings: OperationSurroundings,
): Promise<RunResult> => {
  using runDirectory = createRunDirectory(env);
  const skopeoPath = options.skopeoPath ?? line.own.skopeoPath ?? 'skopeo';
  const surface = { env: childEnvironment(env), cwd, runDirectory: runDirectory.path };
  let binary: string;
  let credentials: PreparedCredentials;
  try {
    const skopeo = await findSkopeo({ skopeoPath, env, cwd, self: program });
    refuseUnsupported(line, skopeo);
    binary = skopeo.path;
    credentials = prepareCredentials(line, { env, uid });
  } catch (error) {
    if (!(error instanceof WrapperError)) throw error;
    const request = toRequest(line, { ...surface, binary: skopeoPath, launcher: [], credentials: NO_CREDENTIALS });
    await request.cleanUp?.();
    return toRunResult(reportUnstarted(request, error, surroundings), error.next);
  }
  using _ = { [Symbol.dispose]: credentials.dispose };
  const launcher = await findLauncher(env);
  const request = withOptions(toRequest(line, { ...surface, binary, launcher, credentials }), options);
  const { result, failure, stdout } = await runOperation(request, surroundings);
  return toRunResult(result, failure?.next, stdout);
};

const NO_CREDENTIALS = { add: [], drop: [], secrets: [] };

const toRunResult = (result: OperationResult, next: string | undefined, stdout?: Buffer): RunResult => ({
  ...result,
  ...(next === undefined ? {} : { next }),
  ...(stdout === undefined || stdout.length === 0 ? {} : { output: stdout.toString('utf8') }),
});

/** Options go before what the command line says. skopeo never reads the stdin of the process that uses us. */
const withOptions = (request: OperationRequest, options: RunOptions): OperationRequest => ({
  ...request,
  skopeo: { ...request.skopeo, stdin: request.skopeo.stdin ?? new Secret('') },
  retry: options.retry ?? request.retry,
  stallTimeoutSeconds: options.stallTimeoutSeconds ?? request.stallTimeoutSeconds,
  timeLimit:
    options.timeoutSeconds === undefined
      ? request.timeLimit
      : { seconds: options.timeoutSeconds, setBy: 'timeoutSeconds' },
});
