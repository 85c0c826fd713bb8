import assert from 'node:assert/strict';
import { StderrParser, StdoutParser } from '../../src/skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../src/tracking/events.ts';
import type { TrackedOperation } from '../../src/tracking/tracked-operation.ts';
import { simulatedCopy } from '../../test/support/simulated-copy.ts';

/** A frame on its way to the parsers. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/** Skopeo's frames come 150 ms apart. */
const FRAME_MS = 150;

const assertSound = (tracker: TrackedOperation, percentBefore: number): number => {
  const { percent = percentBefore, transferredBytes, throughputBytesPerSecond } = tracker.live();
  assert.ok(percent >= percentBefore && percent < 100, `${percent} percent after ${percentBefore}`);
  assert.ok(transferredBytes >= 0 && throughputBytesPerSecond >= 0, `${transferredBytes} bytes`);
  return percent;
};

/**
 * Feeds frames to the parsers and a tracker as the output of a skopeo that fails in the end. Throws when anything is shown
 * that cannot be: a percentage that falls, 100 percent, a blob without an end, whatever the parsers throw.
 */
export const runFrames = (frames: Iterable<Frame>, onTerminal: boolean): void => {
  const time = simulatedCopy();
  const { tracker } = time;
  const handle = (event: OperationEvent): void => tracker.handle(event);
  handle({ type: 'attempt-started', attempt: 1, onTerminal });
  const parsers = { stdout: new StdoutParser(), stderr: new StderrParser() };
  let percent = 0;
  for (const { stream, bytes } of frames) {
    time.nowMs += FRAME_MS;
    if (stream === 'stdout') parsers.stdout.push(bytes).forEach(handle);
    else for (const { events } of parsers.stderr.push(bytes)) events.forEach(handle);
    percent = assertSound(tracker, percent);
  }
  parsers.stdout.end().forEach(handle);
  for (const { events } of parsers.stderr.end()) events.forEach(handle);
  assertSound(tracker, percent);
  tracker.settle(false);
  assertSound(tracker, percent);
  const { blobs, finishedBlobs } = tracker.view();
  assert.ok(finishedBlobs.length >= blobs.length, 'every blob has an end');
};
