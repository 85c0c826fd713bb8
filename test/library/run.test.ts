import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, SkopeoMetrics } from '../../src/index.ts';
import { readSamples } from '../support/exposition.ts';
import { openSetting } from './setting.ts';

test('a subcommand with text as its result', async () => {
  await using setting = await openSetting();
  const metrics = new SkopeoMetrics();
  const result = await run(['inspect', '--raw', setting.image], { ...setting.options, metrics }).result;
  assert.equal(result.outcome, 'success', result.message);
  assert.equal(JSON.parse(result.output ?? '').layers.length, 2);
  assert.equal(readSamples(await metrics.text()).sum('skopeo_operations_total', { operation: 'inspect' }), 1);
});

test('copy is the copy with progress', async () => {
  await using setting = await openSetting();
  const result = await run(['copy', setting.image, 'dir:copy'], setting.options).result;
  assert.equal(result.blobs.length, 3);
  assert.equal(result.output, undefined);
});

test('a subcommand that skopeo does not know is a result', async () => {
  await using setting = await openSetting();
  const { outcome, operation } = await run(['no-such-command'], setting.options).result;
  assert.deepEqual({ outcome, operation }, { outcome: 'error', operation: 'other' });
});

test('no subcommand throws', () => {
  assert.throws(() => run(['--debug']), { name: 'WrapperError', errorType: 'usage' });
});
