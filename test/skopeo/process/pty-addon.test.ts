import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPtyAddon } from '../../../src/skopeo/process/pty-addon.ts';

test('the addon comes from node_modules and can open a pseudo-terminal', () => {
  const addon = loadPtyAddon({}, () => assert.fail('nothing is unpacked'));
  assert.ok(typeof addon === 'object' && addon !== null && 'open' in addon);
  assert.equal(typeof addon.open, 'function');
});
