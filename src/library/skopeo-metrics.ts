import { resolve } from 'node:path';
import { Gauge, Registry } from 'prom-client';
import { VERSION } from '../cli/writer-info.ts';
import { type Context, processContext } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { systemHost } from '../host/host.ts';
import { WRAPPER_METRICS } from '../metrics/contract/wrapper-metrics.ts';
import { createRecorder, type Recorder } from '../metrics/recorder.ts';
import { type Keeper, keepNothing, keepState } from '../metrics/session/keeper.ts';
import { defaultSpillRoot, locateState } from '../metrics/state/files/directories.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import { DEFAULT_HEARTBEAT_SECONDS, startHeartbeat } from './heartbeat.ts';

export interface SkopeoMetricsOptions {
  /** Holds the metrics beside whatever it holds already; a new one by default. */
  readonly registry?: Registry;
  /**
   * Where this process leaves what it counted, for `skopeo-wrapper status`, the metrics server and the next process to
   * add up. By default nothing is kept beyond this process.
   */
  readonly stateDir?: string;
  /** How often the state directory is refreshed; 10 by default. */
  readonly heartbeatIntervalSeconds?: number;
  /** Called with one sentence when the state cannot be written. No operation fails for that. */
  readonly onWarning?: (message: string) => void;
}

/** The metrics of the operations of this process, in a registry of prom-client. */
export class SkopeoMetrics implements Disposable {
  readonly registry: Registry;
  /** @internal Takes the facts of operations. */
  readonly observer: OperationObserver;
  readonly #recorder: Recorder;
  readonly #keeper: Keeper;
  readonly #heartbeat: Disposable | undefined;
  readonly #startedMs: number;
  readonly #context: Context = processContext();

  /** Throws prom-client's error when the registry has our names already: one `SkopeoMetrics` for each registry. */
  constructor(options: SkopeoMetricsOptions = {}) {
    const { registry = new Registry(), stateDir, heartbeatIntervalSeconds = DEFAULT_HEARTBEAT_SECONDS } = options;
    if (stateDir === '') throw usageError('stateDir is empty', 'Name a directory, or leave it out to keep nothing.');
    const { clock, pid } = this.#context;
    this.registry = registry;
    this.#startedMs = clock.monotonicMs();
    this.#recorder = createRecorder({ registry, clock, pid });
    registerBuildInfo(registry);
    this.#keeper = this.#openKeeper(options, heartbeatIntervalSeconds);
    this.#heartbeat =
      stateDir === undefined ? undefined : startHeartbeat(heartbeatIntervalSeconds, () => this.heartbeat());
    this.observer = keptObserver(this.#recorder, () => this.#keeper.keep());
  }

  /** The page for Prometheus in the text format, the registry's other metrics included. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Says that this process is alive, to the gauges and to the state directory. Running operations do it themselves. */
  heartbeat(): void {
    this.#recorder.heartbeat();
    this.#keeper.keep();
  }

  /** Records the end of this process in the state directory; the registry goes on. May be called again. */
  close(): void {
    this.#heartbeat?.[Symbol.dispose]();
    const durationSeconds = (this.#context.clock.monotonicMs() - this.#startedMs) / 1000;
    this.#keeper.finish({ exitCode: 0, durationSeconds, success: true });
  }

  [Symbol.dispose](): void {
    this.close();
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

/** What is worth a record at once, so that a process that is killed loses little. */
const keptObserver = (recorder: Recorder, keep: () => void): OperationObserver => ({
  ...recorder,
  operationStarted: (source) => {
    recorder.operationStarted(source);
    keep();
  },
  blobFinished: (identity, blob) => {
    recorder.blobFinished(identity, blob);
    keep();
  },
  operationFinished: (source, result) => {
    recorder.operationFinished(source, result);
    keep();
  },
});

const registerBuildInfo = (registry: Registry): void => {
  const { help, labels } = WRAPPER_METRICS.skopeo_wrapper_build_info;
  const labelNames = Object.keys(labels);
  const gauge = new Gauge({ name: 'skopeo_wrapper_build_info', help, labelNames, registers: [registry] });
  gauge.set({ version: VERSION, revision: 'unknown', node_version: process.version }, 1);
};
