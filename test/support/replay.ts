import assert from 'node:assert/strict';
import { StderrParser, StdoutParser } from '../../src/skopeo/output/output-parser.ts';
import type { FinishedBlob, OperationEvent } from '../../src/tracking/events.ts';
import { chunkBytes, type RecordedRun } from './recorded-run.ts';
import { simulatedCopy } from './simulated-copy.ts';

/** Bytes that skopeo wrote, and when. */
export interface ReplayedChunk {
  readonly ms: number;
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** What a tracker made of a run. */
export interface Replayed {
  readonly blobs: readonly FinishedBlob[];
  readonly transferredBytes: number;
  /** Every percentage that was shown, in its order. */
  readonly percents: readonly number[];
  readonly percentAtEnd: number | undefined;
}

/** The chunks of a run as they were recorded. */
export const recordedChunks = (run: RecordedRun): ReplayedChunk[] =>
  run.chunks.map((chunk) => ({ ms: chunk.ms, stream: chunk.stream, bytes: chunkBytes(chunk) }));

/**
 * Feeds a run to the parsers and a tracker as it happened, with the manifests that a source would have told. `chunks`
 * stands in for what was recorded. Throws when 100 percent is shown before the verdict.
 */
export const replay = (run: RecordedRun, chunks: readonly ReplayedChunk[] = recordedChunks(run)): Replayed => {
  const time = simulatedCopy();
  const { tracker } = time;
  const percents: number[] = [];
  const handle = (event: OperationEvent): void => {
    tracker.handle(event);
    const { percent } = tracker.live();
    if (percent !== undefined) percents.push(percent);
    if (event.type !== 'instance-started') return;
    const instance = run.truth.images.find(({ digest }) => digest === event.digest);
    if (instance) tracker.handle({ type: 'manifest-known', instance: event.digest, blobs: instance.blobs });
  };
  handle({ type: 'operation-started', operation: 'copy', source: 's', destination: 'd' });
  handle({ type: 'attempt-started', attempt: 1, onTerminal: run.winsize !== undefined });
  const [only, ...others] = run.truth.images;
  if (only && others.length === 0) handle({ type: 'manifest-known', blobs: only.blobs });
  const parsers = { stdout: new StdoutParser(), stderr: new StderrParser() };
  for (const { ms, stream, bytes } of chunks) {
    time.nowMs = ms;
    if (stream === 'stdout') parsers.stdout.push(bytes).forEach(handle);
    else for (const { events } of parsers.stderr.push(bytes)) events.forEach(handle);
  }
  parsers.stdout.end().forEach(handle);
  for (const { events } of parsers.stderr.end()) events.forEach(handle);
  const percentBefore = tracker.live().percent;
  assert.ok(percentBefore === undefined || percentBefore < 100, 'never 100 before the verdict');
  const { blobs, transferredBytes } = tracker.settle(run.exitCode === 0);
  return { blobs, transferredBytes, percents, percentAtEnd: tracker.live().percent };
};
