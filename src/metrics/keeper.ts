import { defined } from '../defined.ts';
import { tryTo } from '../errors/system-error.ts';
import type { Host } from '../host/host.ts';
import type { OperationObserver } from '../tracking/observer.ts';
import type { Recorder } from './recorder.ts';
import type { StateLocation } from './state/files/state-directory.ts';
import { foldAtExit } from './state/folding/fold.ts';
import { createReader } from './state/reading/reader.ts';
import { openRun, type RunVerdict, type RunWriter } from './state/writing/run-writer.ts';
import type { JobFacts, MetricsView } from './view.ts';

export interface Job {
  readonly name: string;
  readonly maxAgeSeconds: number;
}

/** Stores the numbers of a run, and gives the numbers that are shown. */
export interface Keeper {
  /** Records what has been counted so far. Never rejects. */
  keep(): Promise<void>;
  /** Records the end of the run. */
  finish(verdict: RunVerdict): Promise<void>;
  /**
   * What a scrape or a textfile shows at this moment, including this run so far. Rejects with a `WrapperError` when the
   * state cannot be read.
   */
  view(): Promise<MetricsView>;
  /** The last record could not be stored anywhere. */
  readonly failed: boolean;
}

/** Without a state directory: the numbers of this run only. */
export const keepNothing = (recorder: Recorder, job: Job | undefined, nowSeconds: () => number): Keeper => {
  let jobs: readonly JobFacts[] = [];
  return {
    failed: false,
    keep: async () => undefined,
    finish: async ({ exitCode, durationSeconds, success, wasSkipped }) => {
      if (!job || wasSkipped) return;
      jobs = [
        {
          jobName: job.name,
          lastSuccessSeconds: success ? nowSeconds() : 0,
          lastFailureSeconds: success ? 0 : nowSeconds(),
          lastRunSeconds: nowSeconds(),
          lastDurationSeconds: durationSeconds,
          lastExitCode: exitCode,
          maxAgeSeconds: job.maxAgeSeconds,
        },
      ];
    },
    view: () => recorder.read(({ totals, live }) => ({ totals, live, jobs })),
  };
};

interface StateKeeperOptions {
  readonly location: StateLocation;
  readonly host: Host;
  readonly heartbeatIntervalMs: number;
  readonly job: Job | undefined;
  readonly onWarning: (message: string) => void;
}

/** With a state directory: the merged view of all runs of the host, to which this run adds its own. */
export const keepState = (recorder: Recorder, options: StateKeeperOptions): Keeper => {
  const { location, host, heartbeatIntervalMs, job, onWarning } = options;
  const run: RunWriter = openRun({ location, host, heartbeatIntervalMs, onWarning, ...(job ? { job } : {}) });
  const reader = createReader({ locations: [location], host });
  const keep = (): Promise<void> =>
    recorder.read(({ totals, live }) => run.write({ totals, live: live.map((entry) => entry.live) }));
  return {
    get failed() {
      return run.failed;
    },
    keep,
    finish: async (end) => {
      await recorder.read(({ totals, subject }) => run.finish({ totals, ...defined({ subject }), ...end }));
      // A directory that this user may not read is folded by another user.
      tryTo(() => foldAtExit(location, host));
    },
    view: async () => {
      await keep();
      return reader.read();
    },
  };
};

/** Passes facts to a recorder, and stores at once what a killed process must not lose. */
export const storingObserver = (recorder: Recorder, keeper: Keeper): OperationObserver => ({
  ...recorder,
  operationStarted: (source) => {
    recorder.operationStarted(source);
    void keeper.keep();
  },
  blobFinished: (identity, blob) => {
    recorder.blobFinished(identity, blob);
    void keeper.keep();
  },
  operationFinished: (source, result) => {
    recorder.operationFinished(source, result);
    void keeper.keep();
  },
});
