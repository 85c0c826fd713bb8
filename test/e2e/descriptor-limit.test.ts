import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tempDir } from '../support/temp.ts';
import { oneImage, runWithin } from './descriptor-limit.ts';

test('a process that may open hardly any file says so, and how to change it', async () => {
  await using dir = await tempDir('descriptors');
  const image = await oneImage(dir);
  const limits = [24, 28];
  const ends = await Promise.all(
    limits.map((limit) =>
      runWithin(limit, ['copy', '--no-state', '--insecure-policy', image, `dir:${dir.join(`out-${limit}`)}`], dir),
    ),
  );
  for (const { exitCode, signal, stderr } of ends) {
    // Node itself may need more than it gets.
    if (signal !== undefined || /^Node\.js v/m.test(stderr)) continue;
    assert.doesNotMatch(stderr, /internal error|is not skopeo|skopeo_missing/);
    if (exitCode !== 0) assert.match(stderr, /may not open more files \(EMFILE\).*Raise its limit \(ulimit -n/s);
  }
  assert.ok(
    ends.some(({ exitCode }) => exitCode === 74),
    'one of the limits is met by us',
  );
});
