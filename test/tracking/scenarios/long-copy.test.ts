import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** Less than four bytes a frame: nothing that is kept is as small. */
const MOST_GROWTH_BYTES = 2_000_000;

test('memory stays flat over a copy of 24 hours', async () => {
  const script = join(import.meta.dirname, '../long-copy/frames.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script]);
  const { frames, afterAnHour, atTheEnd } = JSON.parse(stdout);
  assert.equal(frames, 576_000);
  assert.ok(atTheEnd - afterAnHour < MOST_GROWTH_BYTES, `from ${afterAnHour} to ${atTheEnd} bytes`);
});
