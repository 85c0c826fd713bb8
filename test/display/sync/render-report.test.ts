import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestFile, missingPlatformsLine, summaryLine } from '../../../src/display/sync/render-report.ts';
import { exitCodeOf } from '../../../src/sync/report.ts';
import { FAILED, image, report } from './reports.ts';

const IMAGES = [
  image('a', 'copied', { bytes: 3 * 1024 ** 2, digest: 'sha256:1' }),
  FAILED,
  image('c', 'failed', { errorType: 'stalled' }),
  image('d', 'unchanged', { digest: 'sha256:2' }),
];

test('the summary is one line', () => {
  assert.equal(
    summaryLine(report(IMAGES)),
    'copied 1, unchanged 1, 2 failed (1 unauthorized, 1 stalled); 3.0 MiB in 1 min 15 s',
  );
  assert.equal(
    summaryLine(report([], { otherShards: 3, durationSeconds: 0.5 })),
    'copied 0, unchanged 0, 0 failed, 3 in other shards; 0 B in 0.5 s',
  );
});

test('the digest file has every image that is where it should be', () => {
  assert.equal(digestFile(IMAGES), 'sha256:1 docker://m.example/a:1\nsha256:2 docker://m.example/d:1\n');
});

test('the exit status tells all, some and none apart', () => {
  const failure = [{ source: 'x', errorType: 'dns' as const, message: '' }];
  assert.equal(exitCodeOf([], []), 0);
  assert.equal(exitCodeOf([image('a', 'copied'), image('b', 'unchanged')], []), 0);
  assert.equal(exitCodeOf([image('a', 'unchanged'), FAILED], []), 3);
  assert.equal(exitCodeOf([image('a', 'copied'), image('b', 'skipped')], []), 3);
  assert.equal(exitCodeOf([image('a', 'copied')], failure), 3);
  assert.equal(exitCodeOf([FAILED], []), 1);
  assert.equal(exitCodeOf([], failure), 1);
  const prune = [{ destination: 'x', outcome: 'failed' as const, reason: '' }];
  assert.equal(exitCodeOf([image('a', 'copied')], [], prune), 3);
});

test('images are counted by the platform they lack', () => {
  const arm64 = { missingPlatforms: ['linux/arm64'] };
  const both = { missingPlatforms: ['linux/arm64', 'linux/s390x'] };
  assert.equal(missingPlatformsLine([arm64, {}, both]), '2 images lack linux/arm64, 1 image lacks linux/s390x');
  assert.equal(missingPlatformsLine([{}]), '');
});
