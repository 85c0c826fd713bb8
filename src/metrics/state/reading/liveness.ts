import type { Host } from '../../../host/host.ts';
import { isSameBoot } from '../../../host/identity.ts';
import type { RunRecord } from '../files/run-record.ts';

const MIN_SILENCE_MS = 120_000;
const MISSED_HEARTBEATS = 12;

/** A process that cannot be looked up counts as dead after this long without a heartbeat. */
export const silenceLimitMs = (heartbeatIntervalMs: number): number =>
  Math.max(MIN_SILENCE_MS, MISSED_HEARTBEATS * heartbeatIntervalMs);

/**
 * Whether a run has ended (`done`), is in progress (`live`), or its process is gone without reporting its end (`dead`).
 */
export const judgeRun = (record: RunRecord, host: Host): 'live' | 'done' | 'dead' => {
  if (record.state === 'done') return 'done';
  return isAlive(record, host) ? 'live' : 'dead';
};

/**
 * The present time on the clock of the record's monotonic times; for a record of another boot it is computed from wall
 * time.
 */
export const nowForRecord = ({ identity, heartbeat }: RunRecord, { clock, identity: here }: Host): number =>
  isSameBoot(identity.bootId, here.bootId)
    ? clock.monotonicMs()
    : heartbeat.monotonicMs + Math.max(0, clock.wallMs() - heartbeat.wallMs);

const isAlive = (record: RunRecord, host: Host): boolean => {
  const { identity } = record;
  const here = host.identity;
  if (!isSameBoot(identity.bootId, here.bootId)) return identity.host !== here.host && hasRecentHeartbeat(record, host);
  if (identity.pidNamespace !== here.pidNamespace) return hasRecentHeartbeat(record, host);
  return host.processes.isRunning(identity.pid, identity.startTicks);
};

const hasRecentHeartbeat = (record: RunRecord, host: Host): boolean =>
  nowForRecord(record, host) - record.heartbeat.monotonicMs <= silenceLimitMs(record.heartbeatIntervalMs);
