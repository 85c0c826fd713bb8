import { resolve } from 'node:path';
import { Registry } from 'prom-client';
import { VERSION } from '../cli/version.ts';
import { type Context, processContext } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { systemHost } from '../host/host.ts';
import { LIVE_METRICS } from '../metrics/contract/live-metrics.ts';
import { OPERATION_METRICS } from '../metrics/contract/operation-metrics.ts';
import { METRIC_NAMES } from '../metrics/contract.ts';
import { DEFAULT_HEARTBEAT_SECONDS, HEARTBEAT_BOUNDS, isHeartbeatInterval } from '../metrics/heartbeat-interval.ts';
import { type Keeper, keepNothing, keepState, storingObserver } from '../metrics/keeper.ts';
import { createRecorder, type Recorder } from '../metrics/recorder.ts';
import { registerMetrics } from '../metrics/registry/register-metrics.ts';
import { defaultSpillRoot, locateState } from '../metrics/state/files/state-directory.ts';
import type { OperationObserver } from '../tracking/observer.ts';

/**
 * Calls `beat` at this interval until it is disposed of. It does not keep the process alive. Throws a usage error for
 * an invalid interval.
 */
export const startHeartbeat = (intervalSeconds: number, beat: () => void): Disposable => {
  if (!isHeartbeatInterval(intervalSeconds)) {
    throw usageError(
      `heartbeatIntervalSeconds is ${intervalSeconds}`,
      `Give a number of seconds, ${HEARTBEAT_BOUNDS}.`,
    );
  }
  const timer = setInterval(beat, intervalSeconds * 1000);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
};

export interface SkopeoMetricsOptions {
  /** The registry to which the metrics are added; a new one by default. */
  readonly registry?: Registry;
  /**
   * Where this process leaves its counts for `skopeo-wrapper status`, the metrics server and later processes. By
   * default nothing is kept after this process.
   */
  readonly stateDir?: string;
  /** How often the state directory is refreshed; 10 by default. */
  readonly heartbeatIntervalSeconds?: number;
  /** Called with one sentence when the state cannot be written. No operation fails for that. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The metrics that a process shows if it runs operations itself: it knows nothing about jobs or the state of the host.
 */
const SHOWN = METRIC_NAMES.filter(
  (name) => name in OPERATION_METRICS || name in LIVE_METRICS || name === 'skopeo_wrapper_build_info',
);

/** The metrics of the operations of this process, in a registry of prom-client. */
export class SkopeoMetrics implements AsyncDisposable {
  readonly registry: Registry;
  /** @internal Receives the facts of operations. */
  readonly observer: OperationObserver;
  readonly #recorder: Recorder;
  readonly #keeper: Keeper;
  readonly #heartbeat: Disposable | undefined;
  readonly #startedMs: number;
  readonly #context: Context = processContext();

  /**
   * Throws prom-client's error when the registry already has metrics of these names: create one `SkopeoMetrics` for
   * each registry.
   */
  constructor(options: SkopeoMetricsOptions = {}) {
    const { registry = new Registry(), stateDir, heartbeatIntervalSeconds = DEFAULT_HEARTBEAT_SECONDS } = options;
    if (stateDir === '') throw usageError('stateDir is empty', 'Name a directory, or leave it out to keep nothing.');
    const { clock, pid } = this.#context;
    this.registry = registry;
    this.#startedMs = clock.monotonicMs();
    this.#recorder = createRecorder({ clock, pid });
    registerMetrics(registry, SHOWN, {
      view: () => this.#recorder.read((recording) => ({ ...recording, jobs: [] })),
      info: { buildInfo: { version: VERSION, revision: 'unknown', nodeVersion: process.version } },
    });
    this.#keeper = this.#openKeeper(options, heartbeatIntervalSeconds);
    this.#heartbeat =
      stateDir === undefined ? undefined : startHeartbeat(heartbeatIntervalSeconds, () => this.heartbeat());
    this.observer = storingObserver(this.#recorder, this.#keeper);
  }

  /** The page for Prometheus in the text format, including other metrics of the registry. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /**
   * Refreshes the gauges and the state directory as a sign that this process lives. Running operations do this
   * themselves.
   */
  heartbeat(): void {
    this.#recorder.heartbeat();
    void this.#keeper.keep();
  }

  /**
   * Records the end of this process in the state directory; when this resolves, it is on disk. The registry can still
   * be used. May be called again.
   */
  async close(): Promise<void> {
    this.#heartbeat?.[Symbol.dispose]();
    const durationSeconds = (this.#context.clock.monotonicMs() - this.#startedMs) / 1000;
    await this.#keeper.finish({ exitCode: 0, durationSeconds, success: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #openKeeper({ stateDir, onWarning = () => undefined }: SkopeoMetricsOptions, heartbeatSeconds: number): Keeper {
    const { clock, cwd, env, uid } = this.#context;
    if (stateDir === undefined) return keepNothing(this.#recorder, undefined, () => clock.wallMs() / 1000);
    return keepState(this.#recorder, {
      location: locateState(resolve(cwd, stateDir), defaultSpillRoot(env, uid)),
      host: systemHost(clock),
      heartbeatIntervalMs: heartbeatSeconds * 1000,
      job: undefined,
      onWarning,
    });
  }
}
