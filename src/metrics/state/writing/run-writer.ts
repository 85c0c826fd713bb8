import { defined } from '../../../defined.ts';
import { messageOf, tryTo } from '../../../errors/system-error.ts';
import type { Host } from '../../../host/host.ts';
import type { LiveOperation } from '../../../tracking/live-operation.ts';
import { type FailureCause, type RunSubject, shortCause } from '../../run-history.ts';
import { NO_TOTALS, subtractTotals } from '../../totals.ts';
import type { Totals } from '../../view.ts';
import type { RunRecord } from '../files/run-record.ts';
import type { StateLocation } from '../files/state-directory.ts';
import { silenceLimitMs } from '../reading/liveness.ts';
import { createRunPlace, type RunPlace } from './run-place.ts';

export interface RunWriterOptions {
  readonly location: StateLocation;
  readonly host: Host;
  /** The longest time between two writes of the caller; readers that cannot see this process rely on it. */
  readonly heartbeatIntervalMs: number;
  readonly job?: { readonly name: string; readonly maxAgeSeconds: number };
  /** Called at most once for each kind of problem, with one sentence for people. */
  readonly onWarning: (message: string) => void;
}

/** Everything that this process has counted so far, and what it is doing now. */
interface RunSnapshot {
  readonly totals: Totals;
  readonly live: readonly LiveOperation[];
}

/** How a run ended. */
export interface RunVerdict {
  /** 0 to 255. */
  readonly exitCode: number;
  readonly durationSeconds: number;
  readonly success: boolean;
  /** Why it failed, without secrets. */
  readonly cause?: FailureCause;
  /** It did nothing because another run was in progress: the record says nothing about the job. */
  readonly wasSkipped?: boolean;
}

/**
 * Keeps the run file of this process. It never throws, since no copy fails because of its metrics. The caller writes at
 * the start and the end of an operation, at each blob, and at every heartbeat.
 */
export interface RunWriter {
  write(snapshot: RunSnapshot): void;
  /** Records the end of the run, flushes it to disk and closes the file; later calls do nothing. */
  finish(end: RunVerdict & Pick<RunSnapshot, 'totals'> & { readonly subject?: RunSubject }): void;
  /** Whether the last record could not be stored anywhere (status 74 with `--metrics-strict`). */
  readonly failed: boolean;
  /** Whether the run had to be stored in the spill directory. */
  readonly spilled: boolean;
}

/** Starts the run file of this process. */
export const openRun = ({ location, host, heartbeatIntervalMs, job, onWarning }: RunWriterOptions): RunWriter => {
  const { clock, identity } = host;
  const now = () => ({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() });
  const started = now();
  const place = createRunPlace(location, host);
  const keep = createKeeper(place);
  const warn = createWarner(location, onWarning);
  let failed = false;
  let finished = false;

  const record = ({ totals, live }: RunSnapshot): RunRecord => ({
    identity,
    state: 'live',
    started,
    heartbeat: now(),
    heartbeatIntervalMs,
    ...defined({ job }),
    live,
    totals,
  });
  const put = (next: RunRecord): void => {
    try {
      keep(next);
      failed = false;
      if (place.spillCause !== undefined) warn('spilled', place.spillCause);
    } catch (error) {
      failed = true;
      warn('failed', error);
    }
  };

  put(record({ totals: NO_TOTALS, live: [] }));
  return {
    write: (snapshot) => {
      if (!finished) put(record(snapshot));
    },
    finish: ({ totals, wasSkipped = false, subject, cause, ...verdict }) => {
      if (finished) return;
      finished = true;
      const { job: ownJob, ...last } = record({ totals, live: [] });
      const outcome = { ...verdict, ...defined({ cause: cause && shortCause(cause) }) };
      const done = { ...last, state: 'done', outcome } as const;
      put(
        wasSkipped ? done : { ...done, ...defined({ job: ownJob }), outcome: { ...outcome, ...defined({ subject }) } },
      );
      tryTo(place.close);
    },
    get failed() {
      return failed;
    },
    get spilled() {
      return place.spillCause !== undefined;
    },
  };
};

/**
 * Stores records. If another process has taken this one for dead and counted what was stored, it starts again from
 * zero. That happens only after a long silence (a paused container), and is noticed at the next record.
 */
const createKeeper = (place: RunPlace): ((record: RunRecord) => void) => {
  let counted: Totals | undefined;
  let stored: RunRecord | undefined;
  const store = (record: RunRecord): void => {
    const totals = counted === undefined ? record.totals : subtractTotals(record.totals, counted);
    place.store(JSON.stringify({ ...record, totals }), { last: record.state === 'done' });
  };
  const beginAgain = (): void => {
    counted = stored?.totals;
    place.startOver();
  };
  return (record) => {
    if (stored !== undefined && missedHeartbeats(stored, record) && place.isFolded()) beginAgain();
    store(record);
    if (place.isDeleted()) {
      beginAgain();
      store(record);
    }
    stored = record;
  };
};

const missedHeartbeats = (before: RunRecord, after: RunRecord): boolean =>
  after.heartbeat.monotonicMs - before.heartbeat.monotonicMs > silenceLimitMs(after.heartbeatIntervalMs);

const createWarner = ({ stateDir, spillDir }: StateLocation, onWarning: (message: string) => void) => {
  const warned = new Set<string>();
  return (what: 'spilled' | 'failed', cause: unknown): void => {
    if (warned.has(what)) return;
    warned.add(what);
    const reason = messageOf(cause).split(',', 1)[0];
    const consequence = what === 'spilled' ? `this run is kept in ${spillDir}` : 'the metrics of this run are not kept';
    onWarning(`cannot write to the state directory ${stateDir} (${reason}); ${consequence}`);
  };
};
