import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { barsText } from '../../../src/display/bars.ts';
import { skopeoLines } from '../../../src/display/skopeo-lines.ts';
import { StdoutParser } from '../../../src/skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../../src/tracking/events.ts';
import { TrackedOperation } from '../../../src/tracking/tracked-operation.ts';
import { chunkBytes, loadRun, type RecordedRun, streamBytes } from '../../support/recorded-run.ts';

const newTracker = (now: () => number) =>
  new TrackedOperation({
    identity: { operation: 'copy', sourceTransport: 'docker', destinationTransport: 'docker' },
    sourceShort: 'docker:source.test/app',
    destinationShort: 'docker:destination.test/app',
    clock: { monotonicMs: now, wallMs: now },
    observers: [],
  });

/** Replays a run; calls back after every chunk of skopeo's stdout. */
const replay = (
  run: RecordedRun,
  onEvent: (event: OperationEvent, tracker: TrackedOperation, nowMs: number) => void,
) => {
  let nowMs = 0;
  const tracker = newTracker(() => nowMs);
  const handle = (event: OperationEvent): void => {
    tracker.handle(event);
    onEvent(event, tracker, nowMs);
  };
  const parser = new StdoutParser();
  handle({ type: 'attempt-started', attempt: 1, onTerminal: run.winsize !== undefined });
  const [image] = run.truth.images;
  if (image) handle({ type: 'manifest-known', blobs: image.blobs });
  for (const chunk of run.chunks.filter(({ stream }) => stream === 'stdout')) {
    nowMs = chunk.ms;
    parser.push(chunkBytes(chunk)).forEach(handle);
  }
  return tracker;
};

test('what skopeo printed on a terminal is printed as on a pipe, digests in full', () => {
  for (const version of ['1.9.3', '1.18.0', '1.22.0']) {
    const stdout = new PassThrough();
    const lines = skopeoLines(stdout);
    const run = loadRun(version, 'copy-registry-registry', 'pty');
    const tracker = replay(run, (event, each) => lines.onEvent?.(event, each));
    const result = {
      operation: 'copy',
      source: '',
      destination: '',
      outcome: 'success',
      exitCode: 0,
      ...tracker.settle(true),
    } as const;
    lines.onEnd?.({ result, stdout: Buffer.alloc(0) });
    const onPipe = streamBytes(loadRun(version, 'copy-registry-registry', 'pipe'), 'stdout').toString();
    const sorted = (text: string): string[] => text.trimEnd().split('\n').sort();
    assert.deepEqual(sorted(String(stdout.read())), sorted(onPipe), version);
  }
});

test('bars never exceed the window, whatever its width', () => {
  const run = loadRun('1.22.0', 'copy-registry-registry', 'pty');
  let drawn = 0;
  replay(run, (_, tracker, nowMs) => {
    for (const columns of [10, 20, 40, 80, 200]) {
      for (const line of barsText(tracker, nowMs, columns).split('\n')) {
        assert.ok(line.length <= Math.max(10, columns - 3), `${columns} columns: ${line}`);
        drawn++;
      }
    }
  });
  assert.ok(drawn > 100);
});

test('numbers are whole in every window of 60 columns and more; the bar takes what is left', () => {
  const run = loadRun('1.22.0', 'copy-registry-registry', 'pty');
  const lines: string[] = [];
  replay(run, (_, tracker, nowMs) => {
    for (const columns of [60, 66, 72, 80, 90, 200]) {
      const [, ...blobs] = barsText(tracker, nowMs, columns).split('\n');
      lines.push(...blobs.filter((line) => line.includes(' / ')));
    }
  });
  assert.ok(lines.length > 100);
  for (const line of lines) assert.match(line, / \/ \d[\d.]* \w+ \d+%$/);
});

test('bars show a line for each running blob and collapse the finished ones', () => {
  const run = loadRun('1.22.0', 'copy-registry-registry', 'pty');
  const pictures: string[] = [];
  replay(run, (_, tracker, nowMs) => pictures.push(barsText(tracker, nowMs, 100)));
  const running = pictures.map((picture) => picture.split('\n').length - 1);
  assert.ok(Math.max(...running) >= 2, 'several at a time');
  assert.ok(
    pictures.some((picture) => /\[=+>-+\] .* \/ .* \d+%/.test(picture)),
    'a bar with numbers',
  );
  assert.match(pictures.at(-1) ?? '', /\d done/);
  assert.equal(running.at(-1), 0, 'nothing runs at the end');
});
