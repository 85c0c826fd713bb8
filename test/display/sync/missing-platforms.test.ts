import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPlatformsLine } from '../../../src/display/sync/missing-platforms.ts';

test('images are counted by the platform they lack', () => {
  const arm64 = { missingPlatforms: ['linux/arm64'] };
  const both = { missingPlatforms: ['linux/arm64', 'linux/s390x'] };
  assert.equal(missingPlatformsLine([arm64, {}, both]), '2 images lack linux/arm64, 1 image lacks linux/s390x');
  assert.equal(missingPlatformsLine([{}]), '');
});
