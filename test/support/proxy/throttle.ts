import { setTimeout as sleep } from 'node:timers/promises';

/** Lets callers pass so that together they keep to a rate. */
export interface Throttle {
  /** Waits until `bytes` more may pass. */
  take(bytes: number): Promise<void>;
  /** How much to send at once, so that a slow link drips instead of bursting. */
  readonly pieceBytes: number;
}

/** Twenty pieces a second, at least a byte, at most 64 KiB. */
const pieceFor = (bytesPerSecond: number): number => Math.max(1, Math.min(65_536, Math.ceil(bytesPerSecond / 20)));

/** A throttle of `bytesPerSecond`; undefined lets everything pass at once. */
export const throttle = (bytesPerSecond: number | undefined): Throttle => {
  if (bytesPerSecond === undefined) return { take: async () => {}, pieceBytes: 65_536 };
  let freeAtMs = performance.now();
  return {
    pieceBytes: pieceFor(bytesPerSecond),
    async take(bytes) {
      const now = performance.now();
      freeAtMs = Math.max(freeAtMs, now) + (bytes / bytesPerSecond) * 1000;
      if (freeAtMs > now) await sleep(freeAtMs - now, undefined, { ref: false });
    },
  };
};
