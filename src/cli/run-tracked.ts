import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { chooseDisplay } from '../display/choose-display.ts';
import { outcomeJson } from '../display/json/result-json.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import { type MetricsSession, openMetricsSession } from '../metrics/session/metrics-session.ts';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  type StateLocation,
} from '../metrics/state/files/directories.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import { createRunDirectory } from '../operation/run-directory.ts';
import { type OperationOutcome, type OperationRequest, runOperation } from '../operation/run-operation.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary/find.ts';
import { refuseUnsupported } from '../skopeo/binary/version.ts';
import { versionFile } from '../skopeo/binary/version-file.ts';
import { childEnvironment } from '../skopeo/credentials/child-environment.ts';
import { prepareCredentials } from '../skopeo/credentials/prepare.ts';
import { sweepLeftovers } from '../skopeo/credentials/private-directory.ts';
import { loadNativePty } from '../skopeo/process/native-pty.ts';
import { Terminals } from '../skopeo/process/terminals.ts';
import type { CommandLine } from './command-line.ts';
import type { OwnFlags } from './own-flags.ts';
import { refuseCredentialsInReferences } from './refuse-credentials.ts';
import { abortOnSignals } from './signals.ts';
import { VERSION, writerInfo } from './writer-info.ts';

/** The state directory of a command, unless it keeps nothing. */
export const stateLocation = (
  { noState, stateDir }: OwnFlags,
  { env, cwd, uid }: Context,
): StateLocation | undefined => {
  if (noState) return undefined;
  const directory = stateDir === undefined ? defaultStateDir(env, uid) : resolve(cwd, stateDir);
  return directory === undefined ? undefined : locateState(directory, defaultSpillRoot(env, uid));
};

const locateSkopeo = (own: OwnFlags, { env, cwd }: Context, state: StateLocation | undefined): Promise<Skopeo> =>
  findSkopeo({
    skopeoPath: own.skopeoPath,
    env,
    cwd,
    ...(state === undefined ? {} : { cache: versionFile(join(state.stateDir, 'skopeo-version.json')) }),
  });

const openSession = (
  own: OwnFlags,
  context: Context,
  state: StateLocation | undefined,
  skopeo: Skopeo,
): Promise<MetricsSession> =>
  openMetricsSession({
    clock: context.clock,
    pid: context.pid,
    state,
    job: own.jobName === undefined ? undefined : { name: own.jobName, maxAgeSeconds: own.jobMaxAgeSeconds },
    heartbeatIntervalSeconds: own.heartbeatIntervalSeconds,
    textfile: own.metricsTextfile === undefined ? undefined : resolve(context.cwd, own.metricsTextfile),
    listen: own.metricsListen,
    info: writerInfo(skopeo),
    version: VERSION,
    onWarning: (message) => void context.stderr.write(`skopeo-wrapper: warning: ${message}\n`),
  });

/** Runs one subcommand of skopeo as a tracked operation: display, metrics, signals. Returns the exit status. */
export const runTracked = async (
  line: CommandLine,
  context: Context,
  toRequest: (line: CommandLine, context: RequestContext) => OperationRequest,
): Promise<number> => {
  const { own } = line;
  const { env, cwd, uid, clock } = context;
  refuseCredentialsInReferences(line.operands);
  sweepLeftovers(env);
  const state = stateLocation(own, context);
  const skopeo = await locateSkopeo(own, context, state);
  refuseUnsupported(line, skopeo);
  using signals = abortOnSignals(context.signals);
  using runDirectory = createRunDirectory(env);
  const credentials = prepareCredentials({ ...line, own }, { env, uid });
  try {
    const request = toRequest(line, {
      binary: skopeo.path,
      env: childEnvironment(env),
      cwd,
      credentials,
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
      onEvent: (event, tracker) => {
        metrics.onEvent(event);
        display.onEvent(event, tracker);
      },
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
