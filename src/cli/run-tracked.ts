import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { chooseDisplay } from '../display/choose-display.ts';
import { outcomeJson } from '../display/json/result-json.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { type MetricsSession, openMetricsSession } from '../metrics/session/metrics-session.ts';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  type StateLocation,
} from '../metrics/state/files/directories.ts';
import type { RequestContext } from '../operation/copy-request.ts';
import { reportUnstarted } from '../operation/report-unstarted.ts';
import { createRunDirectory } from '../operation/run-directory.ts';
import { type OperationOutcome, type OperationRequest, runOperation } from '../operation/run-operation.ts';
import { findSkopeo, type Skopeo } from '../skopeo/binary/find.ts';
import { refuseUnsupported } from '../skopeo/binary/version.ts';
import { versionFile } from '../skopeo/binary/version-file.ts';
import { childEnvironment } from '../skopeo/credentials/child-environment.ts';
import { prepareCredentials } from '../skopeo/credentials/prepare.ts';
import { sweepLeftovers } from '../skopeo/credentials/private-directory.ts';
import { loadNativePty } from '../skopeo/process/native-pty.ts';
import { findLauncher } from '../skopeo/process/parent-death.ts';
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

/** Finds the skopeo to use; its version is remembered in the state directory. */
export const locateSkopeo = (own: OwnFlags, { env, cwd }: Context, state: StateLocation | undefined): Promise<Skopeo> =>
  findSkopeo({
    skopeoPath: own.skopeoPath,
    env,
    cwd,
    ...(state === undefined ? {} : { cache: versionFile(join(state.stateDir, 'skopeo-version.json')) }),
  });

/** Opens the metrics of a command. `defaultJobName`: what the run is called unless the command line says. */
export const openSession = (
  own: OwnFlags,
  context: Context,
  state: StateLocation | undefined,
  skopeo: Skopeo | undefined,
  defaultJobName?: string,
): Promise<MetricsSession> => {
  const jobName = own.jobName ?? defaultJobName;
  return openMetricsSession({
    clock: context.clock,
    pid: context.pid,
    state,
    job: jobName === undefined ? undefined : { name: jobName, maxAgeSeconds: own.jobMaxAgeSeconds },
    heartbeatIntervalSeconds: own.heartbeatIntervalSeconds,
    textfile: own.metricsTextfile === undefined ? undefined : resolve(context.cwd, own.metricsTextfile),
    listen: own.metricsListen,
    info: writerInfo(skopeo),
    version: VERSION,
    onWarning: (message) => void context.stderr.write(`skopeo-wrapper: warning: ${message}\n`),
  });
};

type ToRequest = (line: CommandLine, context: RequestContext) => OperationRequest;

/** What a run is asked to do, and where its metrics go. */
interface Asked {
  readonly line: CommandLine;
  readonly context: Context;
  readonly state: StateLocation | undefined;
  readonly toRequest: ToRequest;
}

/**
 * Finds a skopeo that can do what is asked. Where there is none the run counts as failed before the error goes on: a
 * cron job whose PATH is too short leaves no other trace.
 */
const requireSkopeo = async (asked: Asked): Promise<Skopeo> => {
  let found: Skopeo | undefined;
  try {
    found = await locateSkopeo(asked.line.own, asked.context, asked.state);
    refuseUnsupported(asked.line, found);
    return found;
  } catch (error) {
    if (error instanceof WrapperError) await recordUnstarted(asked, found, error);
    throw error;
  }
};

const recordUnstarted = async (
  { line, context, state, toRequest }: Asked,
  skopeo: Skopeo | undefined,
  error: WrapperError,
): Promise<void> => {
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
  refuseCredentialsInReferences(line.operands);
  sweepLeftovers(env);
  const state = stateLocation(own, context);
  const [skopeo, launcher] = await Promise.all([requireSkopeo({ line, context, state, toRequest }), findLauncher(env)]);
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
