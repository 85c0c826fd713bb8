import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { IS_NIGHT } from '../../support/sequences.ts';

/** Less than four bytes a frame: nothing that is kept is as small. */
const MOST_GROWTH_BYTES = 2_000_000;

/** A day at night, a quarter of it by day. */
const HOURS = IS_NIGHT ? 24 : 6;

test(`memory stays flat over a copy of ${HOURS} hours`, async () => {
  const script = join(import.meta.dirname, '../long-copy/frames.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(HOURS)]);
  const { frames, afterAnHour, atTheEnd } = JSON.parse(stdout);
  assert.equal(frames, HOURS * 24_000);
  assert.ok(atTheEnd - afterAnHour < MOST_GROWTH_BYTES, `from ${afterAnHour} to ${atTheEnd} bytes`);
});
