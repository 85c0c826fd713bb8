import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSpace } from '../../../src/doctor/checks/space.ts';
import { NEEDS_ROOT } from '../../support/needs-root.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';

const GIB_IN_KIB = 2 ** 20;

test('less than 1 GiB is a warning, also for a directory that is not there yet', { skip: NEEDS_ROOT }, async () => {
  await using dir = await tempDir('doctor-space');
  await using _small = await mountSmallDisk(dir.join('small'), { sizeKiB: 512 });
  // tmpfs takes no memory before it is written.
  await using _big = await mountSmallDisk(dir.join('big'), { sizeKiB: 2 * GIB_IN_KIB });
  const small = checkSpace(dir.join('small/not/yet'), 'layers');
  assert.equal(small.status, 'warning');
  assert.match(small.message, /^512\.0 KiB free for layers in .*\/small\/not\/yet$/);
  assert.ok(small.next);
  assert.equal(checkSpace(dir.join('big'), 'layers').status, 'ok');
});
