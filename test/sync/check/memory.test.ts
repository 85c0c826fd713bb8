import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import type { CopySettings } from '../../../src/sync/job.ts';

const SYSTEM: CopySettings = { content: 'system', preserveDigests: false };
const copy = (changes: { sourceDigest?: string; settings?: CopySettings; destination?: string } = {}) => ({
  sourceDigest: 'sha256:a',
  settings: SYSTEM,
  destination: 'docker://m.example/x:1',
  ...changes,
});

test('a result is remembered for this content, these settings and this registry alone', () => {
  const memory = new SyncMemory();
  memory.rememberResult(copy(), 'sha256:b');
  assert.equal(memory.resultOf(copy()), 'sha256:b');
  assert.equal(memory.resultOf(copy({ destination: 'docker://m.example/other:2' })), 'sha256:b');
  const others = [
    copy({ sourceDigest: 'sha256:c' }),
    copy({ destination: 'docker://n.example/x:1' }),
    copy({ destination: 'oci:/srv/x:1' }),
    copy({ settings: { ...SYSTEM, content: 'all' } }),
    copy({ settings: { ...SYSTEM, format: 'oci' } }),
    copy({ settings: { ...SYSTEM, systemPlatform: { architecture: 'arm64' } } }),
  ];
  for (const other of others) assert.equal(memory.resultOf(other), undefined);
});

test('a memory does not grow for ever: what was not used for longest is forgotten', () => {
  const memory = new SyncMemory();
  const date = new Date(0);
  for (let number = 0; number < 50_001; number++) {
    memory.rememberCreation(`sha256:${number}`, date);
    if (number > 0) memory.createdAt('sha256:0');
  }
  const kept = Object.keys(memory.toJSON().created);
  assert.equal(kept.length, 50_000);
  assert.equal(kept.at(-1), 'sha256:0');
  assert.ok(!kept.includes('sha256:1'));
});
