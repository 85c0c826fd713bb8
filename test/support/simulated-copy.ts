import { TrackedOperation } from '../../src/tracking/tracked-operation.ts';

/** A tracker of a copy whose time is what the caller says. */
export interface SimulatedCopy {
  readonly tracker: TrackedOperation;
  nowMs: number;
}

export const simulatedCopy = (nowMs = 0): SimulatedCopy => {
  const time = { nowMs };
  const now = (): number => time.nowMs;
  const tracker = new TrackedOperation({
    identity: { operation: 'copy', sourceTransport: 'docker', destinationTransport: 'docker' },
    sourceShort: 's',
    destinationShort: 'd',
    clock: { monotonicMs: now, wallMs: now },
    observers: [],
  });
  return Object.assign(time, { tracker });
};
