import type { Clock } from '../context.ts';
import { messageOf } from '../errors/system-error.ts';
import { WrapperError, withNextStep } from '../errors/wrapper-error.ts';
import { systemHost } from '../host/host.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import { type Job, type Keeper, keepNothing, keepState, storingObserver } from './keeper.ts';
import type { ListenAddress } from './listener/addresses.ts';
import type { MetricsListener } from './listener/listener.ts';
import type { RenderMetrics } from './listener/scrape.ts';
import { createRecorder } from './recorder.ts';
import { renderPage } from './registry/page.ts';
import { createRegistries } from './registry/register-metrics.ts';
import type { WriterInfo } from './registry/view-samples.ts';
import type { StateLocation } from './state/files/state-directory.ts';
import type { RunVerdict } from './state/writing/run-writer.ts';
import { FINAL_WAIT_MS, resolveTextfilePath, type Textfile, textfileAt } from './textfile/textfile.ts';

interface MetricsSessionOptions {
  readonly clock: Clock;
  readonly pid: number;
  /** Undefined: nothing is kept after this run. */
  readonly state: StateLocation | undefined;
  readonly job: Job | undefined;
  readonly heartbeatIntervalSeconds: number;
  /** A directory or a `.prom` file; undefined: no textfile. */
  readonly textfile: string | undefined;
  readonly listen: ListenAddress | undefined;
  /** What this process knows of itself and of skopeo. */
  readonly info: WriterInfo;
  readonly version: string;
  readonly onWarning: (message: string) => void;
}

/**
 * The metrics of one command while it runs: they are counted, kept, refreshed at each heartbeat, served and written.
 */
export interface MetricsSession {
  /** Receives the facts of the command's operations. */
  readonly observer: OperationObserver;
  /** Records how the run ended and closes everything. Never throws. */
  end(verdict: RunVerdict): Promise<void>;
  /** Whether something could not be written, at any time. */
  readonly failed: boolean;
}

/**
 * Opens the session: the first record and the first textfile are on disk when it resolves. Throws a usage error for an
 * invalid textfile path. A listener whose port is taken only causes a warning, since the process that holds the port
 * serves the same numbers.
 */
export const openMetricsSession = async (options: MetricsSessionOptions): Promise<MetricsSession> => {
  const { clock, pid, job, onWarning } = options;
  const path = options.textfile === undefined ? undefined : await resolveTextfilePath(options.textfile);
  const textfile = path === undefined ? undefined : textfileAt(path, clock);
  const recorder = createRecorder({ clock, pid, ...(job ? { jobName: job.name } : {}) });
  const keeper = openKeeper(options, recorder);
  const registries = createRegistries({ view: keeper.view, info: options.info }, clock);
  const textPage = () => renderPage([registries.shared, registries.textfile], 'text');
  const writer = createTextfileWriter(textfile, textPage, onWarning);
  const listener = await listen(options, ({ format }) => renderPage([registries.shared, registries.listener], format));
  await writer.write();
  const heartbeat = setInterval(() => {
    recorder.heartbeat();
    void keeper.keep();
    void writer.write();
  }, options.heartbeatIntervalSeconds * 1000);

  const observer = storingObserver(recorder, keeper);
  return {
    observer: {
      ...observer,
      operationStarted: (source) => {
        observer.operationStarted?.(source);
        void writer.write();
      },
    },
    get failed() {
      return writer.failed || keeper.failed;
    },
    end: async ({ wasSkipped = false, ...verdict }) => {
      clearInterval(heartbeat);
      if (!wasSkipped) recorder.runFinished(verdict.success ? 'success' : 'error');
      await keeper.finish({ ...verdict, wasSkipped });
      await writer.write(FINAL_WAIT_MS);
      await listener?.close();
    },
  };
};

const openKeeper = (
  { state, clock, job, heartbeatIntervalSeconds, onWarning }: MetricsSessionOptions,
  recorder: ReturnType<typeof createRecorder>,
): Keeper => {
  if (!state) return keepNothing(recorder, job, () => clock.wallMs() / 1000);
  const heartbeatIntervalMs = heartbeatIntervalSeconds * 1000;
  return keepState(recorder, {
    location: state,
    host: systemHost(clock),
    heartbeatIntervalMs,
    job,
    onWarning,
  });
};

const listen = async (
  { listen: address, version, onWarning }: MetricsSessionOptions,
  render: RenderMetrics,
): Promise<MetricsListener | undefined> => {
  if (!address) return undefined;
  try {
    const { startListener } = await import('./listener/listener.ts');
    return await startListener({ listen: [address], render, version, onWarning });
  } catch (error) {
    onWarning(`no metrics are served by this run: ${reasonOf(error)}`);
    return undefined;
  }
};

/** Writes one page at a time; it warns once about a failure, which never ends the run. */
const createTextfileWriter = (
  textfile: Textfile | undefined,
  render: () => Promise<string>,
  onWarning: (message: string) => void,
) => {
  let queue: Promise<void> = Promise.resolve();
  let failed = false;
  const attempt = async (waitMs: number): Promise<void> => {
    try {
      await textfile?.write(render, { waitMs });
    } catch (error) {
      if (!failed) onWarning(reasonOf(error));
      failed = true;
    }
  };
  return {
    get failed() {
      return failed;
    },
    write: (waitMs = 0): Promise<void> => {
      queue = queue.then(() => attempt(waitMs));
      return queue;
    },
  };
};

const reasonOf = (error: unknown): string => (error instanceof WrapperError ? withNextStep(error) : messageOf(error));
